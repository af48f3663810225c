import asyncio, cProfile, pstats, time
from loaded import load
from codex.demo import promises, build
def test_probe(database, monkeypatch) -> None:
    t=time.process_time(); asyncio.run(load(database)); open("/tmp/probe.txt","a").write("\nwith %s"%( time.process_time()-t))
    assert 0
def test_without(database, monkeypatch) -> None:
    async def nothing(*a, **k): pass
    monkeypatch.setattr(promises, "make", nothing); monkeypatch.setattr(promises, "look_after", nothing)
    t=time.process_time(); asyncio.run(load(database)); open("/tmp/probe.txt","a").write("\nwithout %s"%( time.process_time()-t))
    assert 0
