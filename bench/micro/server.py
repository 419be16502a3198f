"""Answers each byte on a loopback connection after so many milliseconds; prints its port first."""

from __future__ import annotations

import asyncio


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while delay := await reader.read(1):
        await asyncio.sleep(delay[0] / 1000)
        writer.write(delay)
        await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
