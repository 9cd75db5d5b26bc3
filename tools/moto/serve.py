"""moto's server on a free loopback port, which it prints; it ends when its standard input does.

Its queues are changed in two ways, since a standard queue holds many messages and is asked by many at once:
- the clock is that of `time`: moto's own makes each question to a queue of 1,500 messages last a second;
- receiving and deleting are atomic: moto's own lose what is sent meanwhile, and bring back what was deleted.
"""

import os
import sys
import threading
import time

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.sqs import models
from werkzeug.serving import make_server

# A message that becomes visible again wakes nobody.
LOOK_AGAIN_SECONDS = 0.1


def receive(plain):
    def long_poll(backend, queue_name, count, wait_seconds, *rest, **named):
        lock = backend.get_queue(queue_name)._messages_lock
        end = time.monotonic() + int(wait_seconds or 0)
        with lock:
            while True:
                messages = plain(backend, queue_name, count, 0, *rest, **named)
                left = end - time.monotonic()
                if messages or left <= 0:
                    return messages
                lock.wait(min(left, LOOK_AGAIN_SECONDS))

    return long_poll


def delete(plain):
    def atomic(queue, receipt_handle):
        with queue._messages_lock:
            return plain(queue, receipt_handle)

    return atomic


def end_with_input():
    sys.stdin.read()
    os._exit(0)


models.unix_time_millis = lambda: time.time() * 1000
models.SQSBackend.receive_message = receive(models.SQSBackend.receive_message)
models.Queue.delete_message = delete(models.Queue.delete_message)
application = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
threading.Thread(target=end_with_input, daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
