"""What a test may do and see of pytest and of its process. Copied under several names."""

import asyncio
import contextvars
import decimal
import io
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
import unittest
import warnings
from unittest import mock

import pytest

HANDLER = logging.StreamHandler()  # holds the stream that was sys.stderr when it was imported
HANDLER.setFormatter(logging.Formatter("%(name)s %(threadName)s %(message)s"))
HELD = logging.getLogger(f"{__name__}.held")
HELD.addHandler(HANDLER)
VARIABLE = contextvars.ContextVar("variable")
VARIABLE.set("of the import")
decimal.getcontext().prec = 11
NEVER: list = []
GROUP: list = []


@pytest.fixture
def broken():
    raise RuntimeError("set-up")


@pytest.fixture
def breaking():
    yield
    raise RuntimeError("tear-down")


@pytest.fixture(scope="module")
def breaking_module():
    yield
    raise RuntimeError("tear-down of a module")


@pytest.fixture
def noisy():
    print("out of set-up")
    print("err of set-up", file=sys.stderr)
    logging.warning("log of set-up")
    yield
    print("out of tear-down")
    logging.error("log of tear-down")


@pytest.fixture
def changes_directory(tmp_path):
    before = os.getcwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


# --- fixtures


@pytest.mark.parametrize("i", range(8))
def test_chain(of_function, i):
    of_function.check()


@pytest.mark.parametrize("i", range(3))
def test_parameters_of_modules(colour, i):
    colour.check()


class TestParameters:
    @pytest.mark.parametrize("i", range(3))
    def test_of_classes(self, number, i):
        number.check()

    def test_instance_is_new(self):
        assert not hasattr(self, "value")
        self.value = 1

    def test_instance_is_new_again(self):
        assert not hasattr(self, "value")


@pytest.mark.parametrize("i", range(4))
def test_paths(tmp_path, tmp_path_factory, i):
    assert not list(tmp_path.iterdir())
    (tmp_path / "mine").write_text(str(i))
    other = tmp_path_factory.mktemp("other")
    assert not list(other.iterdir())
    assert (tmp_path / "mine").read_text() == str(i)


def test_worker(worker_id):
    assert worker_id


def test_dynamic(request):
    request.getfixturevalue("of_function").check()


def test_properties(record_property):
    record_property("a", 1)


# --- outcomes


def test_compares():
    assert {"a": [1, 2], "b": 3} == {"a": [1, 3], "b": 3}


@pytest.mark.parametrize("i", range(6))
def test_explained_by_the_suite(of_session, of_module, i):
    assert of_session == of_module, i


def test_chained():
    try:
        raise KeyError("first")
    except KeyError as error:
        raise ValueError("then") from error


def test_skips():
    pytest.skip("why")


@pytest.mark.skipif("sys.version_info > (3,)", reason="new")
def test_is_skipped():
    raise AssertionError


@pytest.mark.xfail(reason="known")
def test_xfails():
    assert NEVER


@pytest.mark.xfail(reason="known")
def test_xpasses():
    pass


@pytest.mark.xfail(strict=True)
def test_xpasses_strictly():
    pass


def test_is_marked_while_it_runs(request):
    request.node.add_marker(pytest.mark.xfail(reason="added"))
    assert NEVER


def test_cannot_be_set_up(broken):
    pass


def test_cannot_be_torn_down(breaking):
    pass


def test_fails_twice(breaking):
    raise AssertionError


def test_leaves():
    sys.exit(3)


def test_lacks(no_such_fixture):
    pass


# --- output


@pytest.mark.parametrize("i", range(4))
def test_fails_noisily(noisy, i):
    for name in ("first", "second"):
        print(name, "out", i)
        sys.stderr.write(f"{name} err {i}\n")
        logging.getLogger(name).warning("log %d", i)
        time.sleep(0.002)
    sys.stdout.buffer.write(b"bytes\n")
    raise AssertionError(i)


def test_passes_noisily(noisy):
    print("passes")


def test_of_a_thread():
    def say():
        print("of a thread")
        logging.warning("log of a thread")

    thread = threading.Thread(target=say, name="mine")
    thread.start()
    thread.join()
    raise AssertionError


def test_held_stream():
    HELD.warning("held")
    raise AssertionError


def test_child_writes():
    subprocess.run([sys.executable, "-c", "print('child')"], check=True)
    raise AssertionError


def test_child_is_read():
    command = [sys.executable, "-c", "print('child')"]
    assert subprocess.run(command, check=True, capture_output=True).stdout == b"child\n"


def test_child_writes_to_sys_stdout():
    subprocess.run([sys.executable, "-c", "print('child')"], check=True, stdout=sys.stdout)
    raise AssertionError


def test_descriptor():
    os.write(1, b"raw\n")
    raise AssertionError


def test_redirects():
    import contextlib

    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        print("redirected")
    assert stream.getvalue() == "redirected\n"


def test_replaces_stdout():
    before, sys.stdout = sys.stdout, io.StringIO()
    print("replaced")
    sys.stdout, stream = before, sys.stdout
    assert stream.getvalue() == "replaced\n"


def test_is_printed_by_a_hook():
    pass


def test_input():
    with pytest.raises(OSError):
        input()


def test_capsys(capsys):
    print("a")
    assert capsys.readouterr().out == "a\n"
    with capsys.disabled():
        pass


def test_capfd(capfd):
    os.write(1, b"raw")
    assert capfd.readouterr().out == "raw"


def test_dynamic_capsys(request):
    capsys = request.getfixturevalue("capsys")
    print("dynamic")
    assert capsys.readouterr().out == "dynamic\n"


def test_caplog(caplog):
    with caplog.at_level(logging.DEBUG):
        logging.debug("b")
    assert caplog.messages == ["b"]


# --- warnings


def warn(text="plain", category=UserWarning):
    warnings.warn(text, category)


@pytest.mark.parametrize("i", range(4))
def test_same_place_warns_in_each_test(i):
    warn()
    warn()


def test_deprecation_is_always_told():
    for _ in range(3):
        warn("old", DeprecationWarning)


def test_once():
    warn("said once")
    warnings.warn("said once")


def test_ini_makes_an_error():
    with pytest.raises(RuntimeWarning):
        warn("must not be", RuntimeWarning)


def test_ini_makes_an_error_that_fails():
    warn("must not be", RuntimeWarning)


def test_nobody_hears():
    warn("nobody hears")


@pytest.mark.parametrize("i", range(3))
def test_warns(i):
    with pytest.warns(UserWarning, match="plain"):
        warn()


def test_deprecated_call():
    with pytest.deprecated_call():
        warn("old", DeprecationWarning)


def test_recwarn(recwarn):
    warn()
    assert len(recwarn) == 1


@pytest.mark.filterwarnings("error")
def test_mark_makes_an_error():
    warn()


def test_catches():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn()
    assert len(caught) == 1


def test_importorskip():
    pytest.importorskip("no_such_module")


@pytest.mark.parametrize("i", range(2))
def test_thread_raises(i):
    def fail():
        raise ValueError(i)

    thread = threading.Thread(target=fail, name="raising")
    thread.start()
    thread.join()


class Unraisable:
    def __del__(self):
        raise ValueError("of a finalizer")

    def __repr__(self):
        return "<unraisable>"


def test_finalizer_raises():
    value = Unraisable()
    del value


# --- the process


def test_environment():
    assert "MINE" not in os.environ
    os.environ["MINE"] = "1"
    del os.environ["MINE"]


def test_environment_names_the_test(request):
    assert os.environ["PYTEST_CURRENT_TEST"] == f"{request.node.nodeid} (call)"


@pytest.mark.parametrize("i", range(3))
def test_patches(monkeypatch, tmp_path, i):
    monkeypatch.setenv("PATCHED", str(i))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(time, "time", lambda: i)
    monkeypatch.setitem(sys.modules, "patched", i)
    assert os.environ["PATCHED"] == str(i) and time.time() == i
    assert os.getcwd() == os.path.realpath(tmp_path)


def test_patches_dynamically(request):
    request.getfixturevalue("monkeypatch").setenv("PATCHED", "x")
    assert os.environ["PATCHED"] == "x"


def test_patch_context():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "getcwd", lambda: "here")
        assert os.getcwd() == "here"


@mock.patch("time.time", return_value=3)
def test_mock_decorator(time_):
    assert time.time() == 3


def test_mock_context():
    with mock.patch.object(time, "time", return_value=4):
        assert time.time() == 4
    with mock.patch.dict(os.environ, {"MOCKED": "1"}):
        assert os.environ["MOCKED"] == "1"


def test_mock_nothing():
    assert mock.Mock(return_value=3)() == 3


def test_swallows():
    try:
        os.environ["SWALLOWED"] = "1"
    except BaseException:
        pass
    assert os.environ.pop("SWALLOWED") == "1"


def test_patches_in_a_thread():
    def change():
        os.environ["IN_A_THREAD"] = "1"

    thread = threading.Thread(target=change)
    thread.start()
    thread.join()
    assert os.environ.pop("IN_A_THREAD") == "1"


def test_directory(changes_directory):
    assert os.getcwd() == os.path.realpath(changes_directory)
    print("in a directory of mine")


def test_signals():
    heard = []
    before = signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)
    assert heard == [1]


def test_forks():
    pid = os.fork()
    if not pid:
        os._exit(7)
    assert os.waitpid(pid, 0)[1] == 7 << 8


def test_seeds():
    random.seed(3)
    first = random.random()
    random.seed(3)
    assert first == random.random()


def test_context():
    assert VARIABLE.get() == "of the import"
    assert decimal.getcontext().prec == 11
    VARIABLE.set("of a test")


def test_loop_of_the_main_thread():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(asyncio.sleep(0, 5)) == 5
        loop.close()


def test_loop():
    async def answer():
        await asyncio.sleep(0.001)
        return 5

    assert asyncio.run(answer()) == 5


def test_only_the_main_thread():
    assert threading.active_count() >= 1
    from signal import SIGALRM, getsignal

    assert getsignal(SIGALRM) is not None


@pytest.mark.exclusive
def test_exclusive():
    assert len(threading.enumerate()) >= 1


@pytest.mark.parametrize("i", range(2))
def test_logger_is_set(i):
    logger = logging.getLogger("set")
    before = logger.level
    logger.setLevel(logging.DEBUG)
    logger.debug("debug")
    logger.setLevel(before)
    raise AssertionError


def test_global():
    global COUNT
    COUNT = 1
    time.sleep(0.002)
    COUNT += 1
    assert COUNT == 2


# --- classes


class TestXunit:
    @classmethod
    def setup_class(cls):
        cls.running = []

    @classmethod
    def teardown_class(cls):
        del cls.running

    def setup_method(self):
        self.running.append(self)

    @pytest.mark.parametrize("i", range(5))
    def test_state(self, i):
        assert len(self.running) == i + 1
        time.sleep(0.001)


class TestStoresByFixture:
    @pytest.fixture(scope="class", autouse=True)
    def store(self, request):
        request.cls.stored = []
        yield
        del request.cls.stored

    @pytest.mark.parametrize("i", range(4))
    def test_state(self, i):
        assert len(self.stored) == i
        self.stored.append(i)


class TestPatchesOnce:
    """One of its tests runs alone, so they all do: its state goes on."""

    @classmethod
    def setup_class(cls):
        cls.running = 0

    def test_first(self):
        type(self).running += 1

    def test_second(self):
        os.environ["SECOND"] = str(self.running)
        assert os.environ.pop("SECOND") == "1"
        type(self).running += 1

    def test_third(self):
        assert self.running == 2


@pytest.mark.xdist_group("grouped")
@pytest.mark.parametrize("i", range(3))
def test_group(i):
    assert len(GROUP) == i
    GROUP.append(i)


class TestUnit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.value, cls.runs = 1, 0
        cls.addClassCleanup(print, "class is cleaned")

    def setUp(self):
        type(self).runs += 1
        self.addCleanup(print, "cleaned")

    def test_a_passes(self):
        assert self.value == 1 and self.runs == 1

    def test_b_fails(self):
        self.assertEqual(self.value, 2)

    @unittest.expectedFailure
    def test_c_is_expected(self):
        raise AssertionError

    @unittest.skip("by unittest")
    def test_d_is_skipped(self):
        raise AssertionError

    def test_e_counts(self):
        assert self.runs == 4


class TestUnitRecords(unittest.TestCase):
    def test_logs(self):
        with self.assertLogs("unit", "INFO") as logs:
            logging.getLogger("unit").info("said")
        assert logs.output == ["INFO:unit:said"]

    def test_warns(self):
        with self.assertWarns(UserWarning):
            warn()


class TestUnitAsync(unittest.IsolatedAsyncioTestCase):
    async def test_awaits(self):
        await asyncio.sleep(0)

    async def test_fails(self):
        raise AssertionError


def test_module_ends(breaking_module):
    pass
