// Drives a server with the official Go client; what happened leaves as JSON on standard output.
//
// Arguments: the WebSocket URL (through a cable that the caller cuts), a token, a channel, json or protobuf.
// A line on standard input goes to the next step.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log"
	"os"
	"sync"
	"time"

	"github.com/centrifugal/centrifuge-go"
)

type fields map[string]any

var output sync.Mutex

func say(event string, more fields) {
	more["event"] = event
	output.Lock()
	defer output.Unlock()
	must(json.NewEncoder(os.Stdout).Encode(more))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	url, token, channel, form := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	connect := centrifuge.NewJsonClient
	if form == "protobuf" {
		connect = centrifuge.NewProtobufClient
	}
	client := connect(url, centrifuge.Config{
		Token:             token,
		HandshakeTimeout:  10 * time.Second,
		MinReconnectDelay: 50 * time.Millisecond,
		MaxReconnectDelay: 200 * time.Millisecond,
	})
	defer client.Close()
	subscription, err := client.NewSubscription(channel)
	must(err)
	subscription.OnSubscribed(func(event centrifuge.SubscribedEvent) {
		say("subscribed", fields{"wasRecovering": event.WasRecovering, "recovered": event.Recovered})
	})
	subscription.OnPublication(func(event centrifuge.PublicationEvent) {
		say("publication", fields{"data": json.RawMessage(event.Data), "offset": event.Offset})
	})
	must(client.Connect())
	must(subscription.Subscribe())
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err = subscription.Publish(ctx, []byte("1"))
	must(err)
	_, err = bufio.NewReader(os.Stdin).ReadString('\n')
	must(err)
	history, err := subscription.History(ctx, centrifuge.WithHistoryLimit(100))
	must(err)
	data := []json.RawMessage{}
	for _, each := range history.Publications {
		data = append(data, each.Data)
	}
	say("history", fields{"data": data, "offset": history.Offset})
	presence, err := subscription.Presence(ctx)
	must(err)
	users := []string{}
	for _, each := range presence.Clients {
		users = append(users, each.User)
	}
	say("presence", fields{"users": users})
}
