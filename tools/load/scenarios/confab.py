"""What the scenarios share: a user of Confab over HTTP, and a socket that is told of as Locust tells of requests."""
import json
import os
import random
import time
import uuid

from gevent import Timeout, sleep
from locust import HttpUser, events
from websocket import WebSocketBadStatusException, WebSocketConnectionClosedException, WebSocketProtocolException, create_connection

API = "/api/v1"
GATEWAYS = os.environ["CONFAB_GATEWAYS"].split(",")
# What spec/close-codes.yaml answers with resume or backoff; 0 stands for one that this WebSocket library does not know (1012, 1013).
TRY_AGAIN = (0, 1001, 1012, 1013, 4408, 4428, 4500)
PASSWORD = "a long enough password"


@events.quitting.add_listener
def keep_figures(environment, **_):
    """For the thresholds: what Locust's own report is made of."""
    keys = ("method", "name", "num_requests", "num_failures", "response_times")
    entries = [{key: getattr(entry, key) for key in keys} for entry in environment.stats.entries.values()]
    with open(os.environ["CONFAB_FIGURES"], "w", encoding="utf-8") as file:
        json.dump(entries, file)


class Refused(Exception):
    def __init__(self, code):
        super().__init__(f"closed with {code}")
        self.code = code


class ConfabUser(HttpUser):
    abstract = True

    def on_start(self):
        # Limits by address are as they are: each user has one of his own.
        self.client.headers["X-Forwarded-For"] = ".".join(["10"] + [str(random.randint(1, 254)) for _ in range(3)])
        name = f"load-{uuid.uuid4().hex[:12]}"
        session = self.call("POST", "/auth/register", {"username": name, "email": f"{name}@example.org", "password": PASSWORD}, patience=20)
        self.me = session["user"]
        self.refresh_token = session["refreshToken"]
        self.client.headers["Authorization"] = f"Bearer {session['accessToken']}"

    def post(self, path, body=None, name=None):
        return self.call("POST", path, body, name)

    def get(self, path, name=None):
        return self.call("GET", path, None, name)

    def call(self, method, path, body=None, name=None, patience=0):
        with self.client.request(method, API + path, json=body, name=name or path, catch_response=True) as response:
            if response.ok:
                return response.json() if response.text else None
            # Too many at once are asked to come later: that is no failure, if they are then let in.
            is_asked_to_wait = response.status_code == 503 and patience > 0
            if is_asked_to_wait:
                response.success()
            else:
                response.failure(f"{response.status_code} {response.text[:200]}")
                raise RuntimeError(f"{method} {path}: {response.status_code}")
        sleep(float(response.headers.get("Retry-After", 1)) + random.random())
        return self.call(method, path, body, name, patience - 1)

    def join(self, room_id):
        return self.call("POST", f"/rooms/{room_id}/join", None, "/rooms/{roomId}/join", patience=20)

    def new_room(self, kind="public"):
        return self.call("POST", "/rooms", {"name": "load", "kind": kind}, "/rooms [create]", patience=20)

    def send(self, room_id, content):
        # One nonce for all tries: it takes effect once.
        body = {"content": content, "nonce": uuid.uuid4().hex}
        return self.call("POST", f"/rooms/{room_id}/messages", body, "/rooms/{roomId}/messages [send]", patience=5)

    def connect(self, gateway, name="connect", expect=None, tries=3, **identify):
        """A socket that is ready; where `expect` is a close code, nothing but that."""
        ticket = self.post("/gateway/tickets")["ticket"]
        started = time.perf_counter()
        problem = None
        socket = None
        try:
            with Timeout(30):
                socket = patiently(lambda: Socket(GATEWAYS[gateway]))
                socket.say("identify", {"ticket": ticket, **identify})
                socket.wait("ready")
            if expect is not None:
                problem = RuntimeError("was let in")
        except Refused as refused:
            if expect is None and refused.code in TRY_AGAIN and tries > 0:
                sleep(1 + random.random())
                return self.connect(gateway, name, None, tries - 1, **identify)
            if refused.code != expect:
                problem = refused
        except Timeout:
            problem = RuntimeError("no answer in 30 s")
        except Exception as error:  # Locust counts it.
            problem = error
        self.told("WS", name, started, problem)
        return socket if problem is None and expect is None else None

    def told(self, kind, name, started, problem=None):
        elapsed = (time.perf_counter() - started) * 1000
        self.environment.events.request.fire(request_type=kind, name=name, response_time=elapsed, response_length=0, exception=problem, context={})


def patiently(connecting):
    """A gateway takes so many handshakes a second, and asks the rest (503) to come later; that time counts."""
    while True:
        try:
            return connecting()
        except WebSocketBadStatusException as refusal:
            if refusal.status_code != 503:
                raise
            sleep(1 + random.random())


class Socket:
    def __init__(self, url):
        self.socket = create_connection(url, timeout=60, suppress_origin=True)
        self.streams = {}
        self.epoch = None

    def say(self, kind, data):
        self.socket.send(json.dumps({"t": kind, "d": data}))

    def next(self):
        try:
            opcode, data = self.socket.recv_data()
        except WebSocketProtocolException as error:
            raise Refused(0) from error
        if opcode == 8:
            raise Refused(int.from_bytes(data[:2], "big"))
        frame = json.loads(data)
        if frame["t"] == "ready":
            self.streams = dict(frame["d"]["streams"])
            self.epoch = frame["d"]["epoch"]
        return frame

    def wait(self, kind):
        while True:
            frame = self.next()
            if frame["t"] == kind:
                return frame

    def cut(self):
        """As a lost network does."""
        self.socket.sock.close()

    def close(self):
        try:
            self.socket.close(timeout=1)
        except (WebSocketConnectionClosedException, OSError):
            pass
