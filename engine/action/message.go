// Package action is what a handler can do: the message that waits in the outbox, and the kinds of actions that recon
// brings along, one file each. It turns a message and the settings of an action into one effect in the
// world. It knows nothing of rules, of how breaks come about, or of the state. Its API may change in a minor version; the JSON
// of a message only grows.
package action

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/sdk/schema"
)

// MaxBreaks is how many breaks a message lists. Count says how many there are.
const MaxBreaks = 100

// Head says where a message comes from and what it is about. No secret is in it.
type Head struct {
	Action   string            `json:"action"` // as the rule file declares it
	Rule     string            `json:"rule"`
	Title    string            `json:"title,omitempty"`
	Owner    string            `json:"owner,omitempty"`
	Severity string            `json:"severity,omitempty"`
	Run      string            `json:"run"`
	At       time.Time         `json:"at"` // the run's instant
	Params   map[string]string `json:"params,omitempty"`
	Window   *result.Window    `json:"window,omitempty"`
	Outcome  string            `json:"outcome"`           // of the handler: "missing", "cleared"
	Name     string            `json:"name,omitempty"`    // the side, comparison or assertion that the handler names
	Count    int64             `json:"count"`             // how many breaks it is about; 1 of an action per break
	Skipped  int64             `json:"skipped,omitempty"` // in the last message of a run: breaks beyond the handler's limit, for which nothing is done
	Breaks   []Break           `json:"breaks,omitempty"`  // at most MaxBreaks; the one of an action per break
}

// Break names one break.
type Break struct {
	ID  string `json:"id"`
	Key []Part `json:"key,omitempty"` // empty of a row without key
}

// Part is one part of a key, as reports print it.
type Part struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Message is what one `do` of a handler asks for, once for all breaks of a run, or once for each. Fields are the values
// of its fields, Columns those of the one break, by column ("side.column", and "column" where just one side has it or all
// agree) and by key. The state keeps it as JSON until it is delivered.
type Message struct {
	Head
	Fields  map[string]Value
	Columns map[string]Value
}

// stored is the form in which the state keeps a message.
type stored struct {
	Head
	Fields  map[string]Value `json:"fields,omitempty"`
	Columns map[string]Value `json:"columns,omitempty"`
}

// MarshalJSON writes m for the state: values with their types.
func (m Message) MarshalJSON() ([]byte, error) { return json.Marshal(stored(m)) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Message) UnmarshalJSON(text []byte) error {
	var s stored
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	*m = Message(s)
	return nil
}

// Published is m as receivers get it; docs/reference/message.schema.json states it. Values are texts, so that no number
// loses a digit on the way; null stays null.
func (m *Message) Published(id string) ([]byte, error) {
	return json.Marshal(struct {
		Recon int    `json:"recon"` // version of this format
		ID    string `json:"id"`
		Text  string `json:"text,omitempty"` // of the field, where chats and pagers look for it
		Head
		Fields  map[string]any `json:"fields,omitempty"`
		Columns map[string]any `json:"columns,omitempty"`
	}{1, id, m.Fields["text"].Text, m.Head, plain(m.Fields), plain(m.Columns)})
}

func plain(values map[string]Value) map[string]any {
	if values == nil {
		return nil
	}
	out := map[string]any{}
	for name, v := range values {
		out[name] = plainValue(schema.Value(v))
	}
	return out
}

func plainValue(v schema.Value) any {
	switch {
	case v.Null:
		return nil
	case v.Type.Kind == schema.List:
		list := []any{}
		for _, e := range v.List {
			list = append(list, plainValue(e))
		}
		return list
	case v.Type.Kind == schema.Boolean:
		return v.True()
	}
	return v.String()
}
