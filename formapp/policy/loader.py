"""Read docs/policy.toml; a wrong file is refused with one message that names the key and the mend."""

import difflib
import hashlib
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from formapp.errors import HelpCentreError
from formapp.policy.policy import Policy
from formapp.policy.shape import quoted


class PolicyError(HelpCentreError):
    """The policy file cannot be obeyed; the message names the file, each wrong key and how to mend it."""


def load_policy(path: Path) -> Policy:
    """Return the policy in a TOML file; raise PolicyError when it is missing, malformed or says something impossible."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror}): put the policy file there or set FORMAPP_POLICY_FILE") from None
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: is not UTF-8 text (byte {error.start}): save it as UTF-8") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{path}: is not TOML: {error}: correct that line") from None
    except RecursionError:
        raise PolicyError(f"{path}: holds brackets within brackets without end: remove them") from None
    except ValueError:
        raise PolicyError(f"{path}: holds a whole number of thousands of digits: shorten it") from None
    return policy_of(data, path)


def policy_of(data: dict[str, Any], path: Path) -> Policy:
    """Return the policy that parsed TOML stands for; raise PolicyError, naming the file it came from, when it says something impossible."""
    try:
        return Policy.model_validate(_with_tuples(data))
    except ValidationError as error:
        problems = [_in_plain_words(problem) for problem in error.errors()]
        raise PolicyError("\n".join(f"{path}: {problem}" for problem in dict.fromkeys(problems))) from None


def fingerprint(path: Path) -> str:
    """Return a short digest of the file's bytes, by which two versions are told apart."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _with_tuples(value: Any) -> Any:
    """Turn every list into a tuple: the models are frozen, and strict ones take no list for a tuple."""
    if isinstance(value, dict):
        return {key: _with_tuples(one) for key, one in value.items()}
    if isinstance(value, list):
        return tuple(_with_tuples(one) for one in value)
    return value


def _in_plain_words(problem: ErrorDetails) -> str:
    where = _where(problem["loc"])
    match problem["type"]:
        case "missing":
            return f"{where}: is missing: add it, a promise is never guessed"
        case "extra_forbidden":
            return f"{where}: is not a key of the policy: {_mend_spelling(problem)}"
        case "value_error":
            message = str(problem["ctx"]["error"])
            return f"{where}: {message}" if where else message
        case _:
            return f"{where}: {_lower_first(problem['msg'])}, not {_shown(problem['input'])}: correct it"


def _where(location: tuple[int | str, ...]) -> str:
    """Write a location as an editor would count it: request_types[1] is the first."""
    written = ""
    for step in location:
        written += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if written else step
    return written


def _mend_spelling(problem: ErrorDetails) -> str:
    model: Any = Policy
    for step in problem["loc"][:-1]:
        if isinstance(step, str):
            model = _model_of(model.model_fields[step].annotation)
    close = difflib.get_close_matches(str(problem["loc"][-1]), list(model.model_fields), n=1)
    return f"did you mean {close[0]}?" if close else "remove it"


def _model_of(annotation: Any) -> Any:
    """Find the model inside an annotation like tuple[Model, ...] or Model | None."""
    while not hasattr(annotation, "model_fields"):
        annotation = annotation.__args__[0]
    return annotation


def _shown(value: Any) -> str:
    """Write a value as TOML does where the two differ, cut short where it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, date | time):
        return value.isoformat()
    return quoted(value) if isinstance(value, str) else f"{value:.6g}" if isinstance(value, float) else str(value)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
