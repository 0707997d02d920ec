package sdk

import (
	"context"

	"github.com/recon-lang/recon/sdk/schema"
)

// Action does what a handler of a rule asks for: sends a message, opens a ticket, runs a command. One Action serves
// many requests, also at the same time.
type Action interface {
	// Describe says what the action is, and which settings and fields it takes. It does no I/O and always gives the same
	// answer.
	Describe() schema.Action

	// Do carries out one request. A request comes again, with the same ID, where recon could not note that it was
	// done: an action that can, does it once for each ID. An *Error with Temporary set asks to be called again in a
	// moment; any other error leaves the message to the next run. No error contains a secret.
	Do(ctx context.Context, req ActionRequest) error
}

// ActionRequest is one thing to do.
type ActionRequest struct {
	ID      string                  // idempotency key: fixed for this message, and of no other
	Config  schema.Config           // settings of the action, as the rule files give them today
	Fields  schema.Config           // what the handler gave, as the description's Fields; those not given are absent
	Columns map[string]schema.Value // of the break, by name; nil where the action is done for all breaks at once
	Dir     string                  // folder of the rule file, from which relative paths count
	Message []byte                  // all that is known of the breaks, as JSON; docs/reference/message.schema.json states it
}
