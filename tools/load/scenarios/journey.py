"""What somebody does in a few minutes: a room, some words, what others said, how far one has read."""
from locust import between, task

from confab import ConfabUser


class Member(ConfabUser):
    wait_time = between(0.1, 0.5)

    def on_start(self):
        super().on_start()
        self.room = self.new_room()["id"]

    @task(6)
    def say(self):
        self.send(self.room, "hello **everybody**, see https://example.org")

    @task(6)
    def read(self):
        page = self.get(f"/rooms/{self.room}/messages?limit=50", "/rooms/{roomId}/messages [read]")
        if page["items"]:
            self.call("PUT", f"/rooms/{self.room}/read-marker", {"seq": page["items"][-1]["seq"]}, "/rooms/{roomId}/read-marker")

    @task(3)
    def look_around(self):
        self.get("/rooms?scope=discoverable&limit=20", "/rooms [list]")
        self.get(f"/rooms/{self.room}/members", "/rooms/{roomId}/members")

    @task(1)
    def begin_anew(self):
        session = self.post("/auth/refresh", {"refreshToken": self.refresh_token})
        self.refresh_token = session["refreshToken"]
        self.client.headers["Authorization"] = f"Bearer {session['accessToken']}"
        self.get("/sync")
