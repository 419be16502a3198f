"""What changes or watches the whole process: pytest's own ways to do so, those of the standard
library and of well-known packages, and the interpreter's audit events.
"""

from __future__ import annotations

# What must be there: module, names in it, and what a test does by calling them.
REQUIRED: tuple[tuple[str, str, str], ...] = (
    ("warnings", "catch_warnings.__enter__", "it catches warnings"),
    ("warnings", "filterwarnings simplefilter resetwarnings", "it changes the warning filters"),
    (
        "_pytest.monkeypatch",
        "MonkeyPatch.setattr MonkeyPatch.delattr MonkeyPatch.setitem MonkeyPatch.delitem "
        "MonkeyPatch.setenv MonkeyPatch.delenv MonkeyPatch.syspath_prepend MonkeyPatch.chdir",
        "it patches with MonkeyPatch",
    ),
    ("_pytest.capture", "CaptureManager.set_fixture", "it captures by a fixture"),
    ("_pytest.config", "main console_main", "it runs pytest within pytest"),
    ("pytest", "main console_main", "it runs pytest within pytest"),
    ("contextlib", "_RedirectStream.__enter__", "it redirects a standard stream"),
)
# What is guarded if it is there and has been imported.
OPTIONAL: tuple[tuple[str, str, str], ...] = (
    ("_pytest.logging", "LogCaptureFixture.__init__", "it captures logs by caplog"),
    ("_pytest.subtests", "Subtests.__init__ SubTests.__init__", "it has subtests"),
    ("pytest_subtests.plugin", "SubTests.__init__", "it has subtests"),
    ("_pytest.pytester", "Pytester.__init__", "it runs pytest within pytest"),
    ("unittest.mock", "_patch.__enter__ _patch_dict._patch_dict", "it patches with mock"),
    ("mock.mock", "_patch.__enter__ _patch_dict._patch_dict", "it patches with mock"),
    ("unittest._log", "_AssertLogsContext.__enter__", "it uses assertLogs"),
    ("unittest.case", "TestCase.subTest", "it has subtests"),
    ("signal", "signal set_wakeup_fd setitimer alarm pthread_sigmask", "it handles signals"),
    ("signal", "raise_signal siginterrupt pause", "it handles signals"),
    ("_thread", "interrupt_main", "it interrupts the main thread"),
    ("_thread", "start_new_thread start_new", "it starts a thread without threading"),
    ("locale", "setlocale", "it sets the locale"),
    ("_locale", "setlocale", "it sets the locale"),
    ("random", "seed setstate", "it seeds random"),
    ("numpy.random", "seed set_state", "it seeds numpy.random"),
    ("socket", "setdefaulttimeout", "it sets the default timeout of sockets"),
    ("os", "umask chroot setuid setgid seteuid setegid nice", "it changes the process"),
    ("time", "tzset", "it sets the time zone"),
    ("gc", "disable set_threshold set_debug freeze", "it changes the garbage collector"),
    ("tracemalloc", "start stop reset_peak", "it traces memory"),
    ("resource", "setrlimit", "it sets limits of the process"),
    ("faulthandler", "enable disable dump_traceback_later", "it changes the fault handler"),
    ("sys", "setswitchinterval setrecursionlimit", "it changes the interpreter"),
    ("sys", "set_int_max_str_digits", "it changes the interpreter"),
    ("threading", "settrace setprofile", "it traces threads"),
    ("threading", "active_count enumerate", "it looks at all threads"),
    ("logging", "disable basicConfig captureWarnings", "it sets logging up"),
    ("logging", "setLoggerClass setLogRecordFactory", "it sets logging up"),
    ("logging.config", "dictConfig fileConfig", "it sets logging up"),
    ("asyncio.events", "set_event_loop_policy", "it sets the event loop policy"),
    ("asyncio.events", "set_child_watcher", "it sets the child watcher"),
    ("multiprocessing.process", "BaseProcess.start", "it starts a process of multiprocessing"),
    ("freezegun.api", "_freeze_time.start", "it stops the time"),
    ("time_machine", "travel.start", "it travels in time"),
    ("requests_mock.mocker", "MockerCore.start", "it patches requests"),
    ("httpretty.core", "httpretty.enable", "it patches sockets"),
    ("vcr.cassette", "CassetteContextDecorator.__enter__", "it patches connections"),
    ("pyfakefs.fake_filesystem_unittest", "Patcher.setUp", "it fakes the file system"),
)
AUDITED = {
    "os.putenv": "it changes the environment",
    "os.unsetenv": "it changes the environment",
    "os.chdir": "it changes the working directory",
    "os.fork": "it forks",
    "os.forkpty": "it forks",
    "os.exec": "it replaces the process",
    "signal.pthread_kill": "it sends a signal to a thread",
    "sys.addaudithook": "it adds an audit hook",
}
# Modules of the standard library that suites are known to patch by hand.
# fmt: off
PATCHED = frozenset((
    "builtins", "datetime", "locale", "logging", "os", "os.path", "random", "signal", "socket",
    "subprocess", "sys", "threading", "time", "urllib.request", "warnings",
))
# fmt: on
# Imported by a test on a lane, these would come unguarded.
LATE = frozenset(name for module, *_ in OPTIONAL for name in (module, module.partition(".")[0]))
# (Its package is stopped first, before it has loaded anything that cannot be loaded twice.) So
# those that are small and that pytest itself may import are imported before.
EARLY = ("faulthandler", "locale", "random", "resource", "signal", "socket", "tracemalloc")
