from flask.testing import FlaskClient

from formapp.runtime import Runtime
from tests.clock import Clock
from tests.requests import question


def test_a_healthy_service_says_ok_and_nothing_else(client: FlaskClient):
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ok", "mails_waiting": 0, "mails_dead": 0}


def test_e12_mail_that_nobody_sends_is_reported_after_a_quarter_of_an_hour(client: FlaskClient, clock: Clock):
    client.post("/contact/ticket/", data=question())
    assert client.get("/readyz").json == {"status": "ok", "mails_waiting": 2, "mails_dead": 0}
    clock.pass_(minutes=16)
    assert client.get("/readyz").json["status"] == "degraded"


def test_a_database_that_takes_nothing_is_not_ready(client: FlaskClient, runtime: Runtime, database_url: str):
    with runtime.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA query_only = ON")
        else:
            name = database_url.rpartition("/")[2]
            pages = connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        pages.close()
    if runtime.database.engine.dialect.name == "postgresql":
        runtime.database.engine.dispose()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_database_of_another_version_is_not_ready_but_alive(client: FlaskClient, runtime: Runtime):
    with runtime.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
