"""Drives a server with the official Python client; what happened leaves as JSON on standard output.

Arguments: the WebSocket URL (through a cable that the caller cuts), a token, a channel, json or protobuf.
A line on standard input goes to the next step.
"""

import asyncio
import json
import sys

from centrifuge import Client, ClientEventHandler, SubscriptionEventHandler


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def read(data):
    return json.loads(data) if isinstance(data, bytes) else data


class Listener(SubscriptionEventHandler):
    async def on_subscribed(self, ctx):
        say("subscribed", wasRecovering=ctx.was_recovering, recovered=ctx.recovered)

    async def on_publication(self, ctx):
        say("publication", data=read(ctx.pub.data), offset=ctx.pub.offset)


async def main(url, token, channel, form):
    binary = form == "protobuf"
    client = Client(
        url,
        events=ClientEventHandler(),
        token=token,
        use_protobuf=binary,
        min_reconnect_delay=0.05,
        max_reconnect_delay=0.2,
    )
    subscription = client.new_subscription(channel, events=Listener())
    await client.connect()
    await subscription.subscribe()
    await subscription.ready()
    await subscription.publish(b"1" if binary else 1)
    await asyncio.to_thread(sys.stdin.readline)
    history = await subscription.history(limit=100)
    say("history", data=[read(each.data) for each in history.publications], offset=history.offset)
    presence = await subscription.presence()
    say("presence", users=[each.user for each in presence.clients.values()])
    await client.disconnect()


asyncio.run(main(*sys.argv[1:]))
