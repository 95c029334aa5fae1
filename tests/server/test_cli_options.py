"""The command line of `kaizen serve`: what each option does, what is refused, and that no key is shown."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kaizen_client
from kaizen_client.cli import main

MARK = "marked-secret-7f3a"


def run(*arguments: str, code: str = "from kaizen_client.cli import main; sys.exit(main())") -> Any:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys; {code}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_envelope_is_the_one_asked_for(command: Any) -> None:
    assert command().ask("POST", "/v1/compress", {"data": 1}).body["status"] == "ok"
    assert command("--envelope", "server-notes").ask("POST", "/v1/compress", {"data": 1}).body["status"] == "success"


def test_the_region_is_told_by_health(command: Any) -> None:
    assert command("--region", "eu-test-1").ask("GET", "/").body["region"] == "eu-test-1"


def test_the_limit_and_the_rate_hold(command: Any) -> None:
    started = command("--max-body-bytes", "20", "--rate", "2/h")
    assert started.ask("POST", "/v1/compress", b'{"data": "0123456789"}').status == 413
    assert started.ask("POST", "/v1/compress", b'{"data": 1}').status == 200
    got = started.ask("POST", "/v1/compress", b'{"data": 1}')
    assert got.status == 429
    assert 1 <= int(got.headers["retry-after"]) <= 1800


@pytest.mark.parametrize(
    ("arguments", "logged"),
    [([], True), (["--log-level", "debug"], True), (["--log-level", "error"], False), (["-q"], False)],
)
def test_requests_are_logged_on_stderr_unless_that_is_switched_off(
    command: Any, arguments: list[str], logged: bool
) -> None:
    started = command(*arguments)
    started.ask("GET", "/")
    _, out, err = started.finish()
    assert out == ""
    assert bool(re.search(r"INFO GET / 200 \S+ms in=0 out=\d+ id=\w+\n", err)) is logged


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "65536"], "argument --port: a port is a number from 0 to 65535"),
        (["--port", "-1"], "argument --port"),
        (["--port", "http"], "argument --port"),
        (["--max-body-bytes", "0"], "argument --max-body-bytes: a number of bytes above 0"),
        (["--max-body-bytes", "1e6"], "argument --max-body-bytes"),
        (["--rate", "many"], "argument --rate: a rate is a number above 0"),
        (["--envelope", "other"], "argument --envelope"),
        (["--log-level", "loud"], "argument --log-level"),
        (["--api-key", ""], "argument --api-key: a key is printable ASCII"),
        (["--api-key", f"{MARK}\n"], "value not shown"),
        (["--api-key", f"{MARK} é"], "value not shown"),
        (["--api-keys", MARK], "unknown option --api-keys"),
        ([f"--apikey={MARK}"], "unknown option --apikey\n"),
        (["--api", MARK], "unknown option --api"),
        ([MARK], "too many arguments"),
    ],
)
def test_what_cannot_be_read_is_refused_and_no_key_is_shown(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", *arguments])
    captured = capsys.readouterr()
    assert ended.value.code == 2
    assert said in captured.err
    assert MARK not in captured.err + captured.out


def test_a_key_of_the_environment_that_cannot_be_sent_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAIZEN_SERVER_API_KEY", f" {MARK}")
    with pytest.raises(SystemExit):
        main(["serve"])
    err = capsys.readouterr().err
    assert "KAIZEN_SERVER_API_KEY: a key is printable ASCII" in err
    assert MARK not in err


def test_without_a_command_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "usage: kaizen" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_serve_says_how_to_get_it_and_the_rest_works(missing: str) -> None:
    code = f"sys.modules['{missing}'] = None; from kaizen_client.cli import main; sys.exit(main())"
    done = run("serve", code=code)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"kaizen serve needs {missing}: pip install 'kaizen-client[server]'\n"
    assert run("--version", code=code).stdout == f"kaizen {kaizen_client.__version__}\n"
    for arguments in (["--help"], ["serve", "--help"]):
        done = run(*arguments, code=code)
        assert (done.returncode, done.stderr) == (0, "")
        assert "usage: kaizen" in done.stdout


def test_another_module_that_is_missing_is_not_blamed_on_the_extra() -> None:
    code = "sys.modules['http'] = None; from kaizen_client.cli import main; sys.exit(main())"
    done = run("serve", code=code)
    assert done.returncode == 1
    assert "pip install" not in done.stderr


def test_help_and_version_load_neither_the_extra_nor_a_client() -> None:
    code = (
        "from kaizen_client.cli import build_parser; build_parser(); "
        "print(sorted({'starlette', 'uvicorn', 'httpx', 'asyncio'} & set(sys.modules)))"
    )
    assert run(code=code).stdout == "[]\n"


def test_the_installed_script_and_the_module_are_the_same_command() -> None:
    script = Path(sys.executable).parent / "kaizen"
    for start in ([str(script)], [sys.executable, "-m", "kaizen_client"]):
        done = subprocess.run([*start, "--version"], capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout == f"kaizen {kaizen_client.__version__}\n"
