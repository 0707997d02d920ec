package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/action"
	"github.com/recon-lang/recon/engine/state"
)

// Waiting is a message that waits to be sent. Of one that cannot be read, only ID and Action are known.
type Waiting struct {
	ID       string    `json:"id"`
	Action   string    `json:"action"`
	Rule     string    `json:"rule"`
	Run      string    `json:"run"`
	At       time.Time `json:"at"`
	Outcome  string    `json:"outcome"`
	Name     string    `json:"name,omitempty"`
	Count    int64     `json:"count"`
	Text     string    `json:"text,omitempty"`
	Attempts int       `json:"attempts"` // that failed
}

func waitingOf(out state.Outgoing) Waiting {
	var m action.Message
	if err := json.Unmarshal(out.Payload, &m); err != nil {
		return Waiting{ID: out.ID, Action: out.Action, Run: out.Run, Attempts: out.Attempts}
	}
	return Waiting{
		ID: out.ID, Action: out.Action, Rule: m.Rule, Run: out.Run, At: m.At, Outcome: m.Outcome, Name: m.Name, Count: m.Count,
		Text: m.Fields["text"].Text, Attempts: out.Attempts,
	}
}

// Outbox lists the messages that wait to be sent, in the order of the runs.
func (l *Ledger) Outbox(ctx context.Context) iter.Seq2[Waiting, error] {
	return func(yield func(Waiting, error) bool) {
		for out, err := range l.store.Outbox(ctx) {
			if err != nil {
				yield(Waiting{}, err)
				return
			}
			if !yield(waitingOf(out), nil) {
				return
			}
		}
	}
}

// Drop ends messages: nobody gets them any more. It drops all of these ids, or, where one is not there, none.
func (l *Ledger) Drop(ctx context.Context, ids []string) ([]Waiting, error) {
	var dropped []Waiting
	for w, err := range l.Outbox(ctx) {
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(ids, func(id string) bool { return strings.EqualFold(id, w.ID) }) {
			dropped = append(dropped, w)
		}
	}
	found := make([]string, len(dropped))
	for i, w := range dropped {
		found[i] = w.ID
	}
	for _, id := range ids {
		if !slices.ContainsFunc(found, func(f string) bool { return strings.EqualFold(f, id) }) {
			return nil, fmt.Errorf("no message %s waits; see recon runs outbox", id)
		}
	}
	if err := l.store.Delivered(found...); err != nil {
		return nil, err
	}
	return dropped, nil
}
