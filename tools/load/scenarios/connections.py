"""Ten sockets a user, on whichever gateway; the eleventh is refused on each, and a place that is given up is had again."""
from gevent import sleep
from locust import constant_pacing, task

from confab import GATEWAYS, ConfabUser

LIMIT = 10
OVER_THE_LIMIT = 4409


class Collector(ConfabUser):
    # 13 tickets each time: a user may have two a second.
    wait_time = constant_pacing(7)

    @task
    def fill(self):
        sockets = [self.connect(place % len(GATEWAYS), "connect within the limit") for place in range(LIMIT)]
        for gateway in range(len(GATEWAYS)):
            self.connect(gateway, f"the 11th, gateway {gateway + 1}: refused", expect=OVER_THE_LIMIT)
        if sockets[0] is not None:
            sockets[0].close()
            sleep(1)
            sockets[0] = self.connect(len(GATEWAYS) - 1, "connect in the place of another")
        for socket in sockets:
            if socket is not None:
                socket.close()
        sleep(1)
