"""What a vote's POST costs at 100,000 votes on 500 articles, against none: both databases in turn, in one run."""

import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import text, update

from formapp.app import create_app
from formapp.logs import configure_logs
from formapp.models import Vote
from formapp.runtime import Runtime
from formapp.services.database import migrate
from formapp.settings import read_settings
from formapp.site import CHECK_FRAME, ERROR_FRAME, REQUEST_FRAME
from tests.benchmarks.bench_feedback import ARTICLES, VOTES
from tests.clock import MONDAY_AFTERNOON, Clock
from tests.conftest import ROOT
from tests.feedback_samples import write_year
from tests.postgresql_server import postgresql_server
from tests.proofs import SECRET

POSTS = 400
ARTICLE = "article-1"
PAGE = f'<head><title>A - B</title><meta name="helpcentre:article" content="{ARTICLE}"></head><h1>A</h1>'


def main() -> None:
    configure_logs("ERROR")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgresql_server())
        _write_site(folder / "site")
        for kind, urls in (
            ("SQLite", [f"sqlite:///{folder}/empty.db", f"sqlite:///{folder}/full.db"]),
            ("PostgreSQL", [f"{server}postgres", f"{server}template1"]),
        ):
            empty, full = (_client(folder, url, votes) for url, votes in zip(urls, (0, VOTES), strict=True))
            none, many = _in_turn(empty, full)
            print(
                f"a vote's POST on {kind}: {none * 1000:.1f} ms at none, {many * 1000:.1f} ms at {VOTES:,} votes; ratio {many / none:.2f}"
            )


def _write_site(folder: Path) -> None:
    for page in (ERROR_FRAME, REQUEST_FRAME, CHECK_FRAME, f"{ARTICLE}/index.html"):
        file = folder / page
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PAGE if ARTICLE in page else "<h1>Frame</h1>", encoding="utf-8")


def _client(folder: Path, url: str, votes: int) -> FlaskClient:
    settings = read_settings(
        {
            "FORMAPP_ENVIRONMENT": "development",
            "FORMAPP_SECRET_KEY": SECRET,
            "FORMAPP_INSTANCE_DIR": str(folder),
            "FORMAPP_DATABASE_URL": url,
            "FORMAPP_SITE_DIR": str(folder / "site"),
            "FORMAPP_POLICY_FILE": str(ROOT / "docs" / "policy.toml"),
            "FORMAPP_TRUSTED_PROXIES": "1",
            "FORMAPP_LOG_LEVEL": "ERROR",
        }
    )
    runtime = Runtime.start(settings, Clock(MONDAY_AFTERNOON).now)
    migrate(runtime.database)
    if votes:
        with runtime.database.transaction() as session:
            write_year(session, articles=ARTICLES, votes=votes)
            # The year came with numbers of its own.
            if runtime.database.engine.dialect.name == "postgresql":
                session.execute(text("SELECT setval('votes_id_seq', (SELECT max(id) FROM votes))"))
            # All of a tenth on one article: the one that is voted on next.
            session.execute(update(Vote).where(Vote.id % 10 == 0).values(article_id=ARTICLE))
    return create_app(runtime).test_client()


def _in_turn(empty: FlaskClient, full: FlaskClient) -> tuple[float, float]:
    """Return the median seconds of a new reader's vote on each; one after the other, so that both meet the same machine."""
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(POSTS):
        for client, times in zip((empty, full), took, strict=True):
            headers = {"X-Forwarded-For": f"10.1.{number // 250}.{number % 250 + 1}"}
            started = time.perf_counter()
            answer = client.post("/feedback/", data={"article": ARTICLE, "helpful": "yes"}, headers=headers)
            times.append(time.perf_counter() - started)
            assert answer.status_code == 303, answer.status_code
    return statistics.median(took[0]), statistics.median(took[1])


if __name__ == "__main__":
    main()
