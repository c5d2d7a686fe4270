"""One room, everybody in it on a socket, everybody talks: from send to each one's socket, every number, in order."""
import time

import gevent
from gevent.event import Event
from locust import constant_pacing, task

from confab import GATEWAYS, ConfabUser

everybody = []
room = {}
made = Event()


class Talker(ConfabUser):
    wait_time = constant_pacing(0.5)

    def on_start(self):
        super().on_start()
        everybody.append(self)
        if everybody[0] is self:
            room["id"] = self.new_room()["id"]
            made.set()
        else:
            made.wait()
            self.join(room['id'])
        self.socket = self.connect(everybody.index(self) % len(GATEWAYS))
        self.listener = gevent.spawn(self.listen)

    def listen(self):
        stream = f"room:{room['id']}"
        cursor = self.socket.streams[stream]
        while True:
            try:
                frame = self.socket.next()
            except Exception:
                return
            if frame.get("r") != stream or frame["t"] == "synced":
                continue
            started = time.perf_counter()
            problem = None if frame["s"] == cursor + 1 else RuntimeError(f"{frame['s']} after {cursor}")
            if frame["t"] == "message.created":
                started -= max(0.0, time.time() - float(frame["d"]["content"]))
            self.told("WS", "delivery" if frame["t"] == "message.created" else "other event", started, problem)
            cursor = frame["s"]

    @task
    def talk(self):
        self.send(room["id"], str(time.time()))

    def on_stop(self):
        gevent.sleep(1)
        self.listener.kill()
        self.socket.close()
