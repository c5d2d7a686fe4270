"""Everybody is cut off at once, something is said meanwhile, everybody comes back at once: how long until nothing is missing."""
import time

from gevent import Timeout
from gevent.event import Event
from gevent.lock import BoundedSemaphore
from locust import constant, task

from confab import GATEWAYS, ConfabUser, Refused

WHILE_AWAY = 5
room = {}
made = Event()
making = BoundedSemaphore(1)


class Returner(ConfabUser):
    wait_time = constant(1)

    def on_start(self):
        super().on_start()
        self.ticks = 0
        with making:
            if "id" not in room:
                room.update(id=self.new_room()["id"], owner=self)
                made.set()
        if room["owner"] is not self:
            self.join(room['id'])
        self.stream = f"room:{room['id']}"
        self.socket = self.connect(id(self) // 64 % len(GATEWAYS))
        self.cursor = self.socket.streams[self.stream]

    @task
    def be_cut_off(self):
        # Everybody at the same moment of the clock, which comes every 8 seconds.
        sleep_until(8)
        self.socket.cut()
        if room["owner"] is self:
            for number in range(WHILE_AWAY):
                self.send(room["id"], f"while you were away: {number}")
            room["head"] = self.get(f"/rooms/{room['id']}", "/rooms/{roomId}")["head"]
        sleep_until(4)
        goal = room.get("head", self.cursor)
        started = time.perf_counter()
        self.ticks += 1
        socket = self.connect((id(self) // 64 + self.ticks) % len(GATEWAYS), "come back", epoch=self.socket.epoch, cursors={self.stream: self.cursor})
        if socket is None:
            raise RuntimeError("could not come back")
        self.socket = socket
        problem = None
        try:
            with Timeout(30):
                while self.cursor < goal:
                    frame = socket.next()
                    if frame["t"] == "resync" or (frame.get("r") == self.stream and frame["t"] != "synced" and frame["s"] != self.cursor + 1):
                        problem = problem or RuntimeError(f"{frame['t']} {frame.get('s')} after {self.cursor}")
                    if frame.get("r") == self.stream:
                        self.cursor = frame.get("s", self.cursor)
        except (Timeout, Refused, OSError) as error:
            problem = RuntimeError(f"stayed at {self.cursor} of {goal}: {error}")
        self.told("WS", "caught up", started, problem)


def sleep_until(period):
    time.sleep(period - time.time() % period)
