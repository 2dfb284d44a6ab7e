"""The web server as it is, but for one thing: a proof of work is of hardly any work, as a browser needs most of its time for it.

What a browser makes of a real one is in journeys/test_proof.py.
"""

from gunicorn.app.wsgiapp import run

from formapp.services import proofs

if __name__ == "__main__":
    proofs.ITERATIONS, proofs.LEAST_TRIES, proofs.MOST_TRIES = 10, 1, 10
    run()
