package result

import (
	"encoding/json"
	"strconv"

	"github.com/recon-lang/recon/sdk/schema"
)

// MarshalJSON writes a break as docs/reference/result.schema.json states it: names in snake
// case, decimals and integers beyond 2^53 as text, so that no reader rounds them.
func (b *Break) MarshalJSON() ([]byte, error) {
	type item struct {
		Outcome string `json:"outcome"`
		Name    string `json:"name,omitempty"`
		Digest  string `json:"digest,omitempty"`
	}
	type row struct {
		Side   string  `json:"side"`
		Window *Window `json:"window,omitempty"`
		Values fields  `json:"values,omitempty"`
		Reason string  `json:"reason,omitempty"`
	}
	type term struct {
		Side  string `json:"side"`
		Value any    `json:"value"`
	}
	type comparison struct {
		Name       string `json:"name"`
		Terms      []term `json:"terms"`
		Agrees     bool   `json:"agrees"`
		Skipped    bool   `json:"skipped,omitempty"`
		Difference string `json:"difference,omitempty"`
		Bound      string `json:"bound,omitempty"`
		Reason     string `json:"reason,omitempty"`
	}
	type acceptance struct {
		Who  string `json:"who"`
		When string `json:"when"`
		Why  string `json:"why"`
	}
	out := struct {
		ID          string            `json:"break"`
		Rule        string            `json:"rule"`
		Params      map[string]string `json:"params,omitempty"`
		State       string            `json:"state"`
		Stale       bool              `json:"stale,omitempty"`
		What        string            `json:"what"`
		Key         fields            `json:"key"`
		Items       []item            `json:"items"`
		Amount      any               `json:"amount,omitempty"`
		Unit        string            `json:"unit,omitempty"`
		Rows        []row             `json:"rows"`
		Comparisons []comparison      `json:"comparisons,omitempty"`
		FirstSeen   string            `json:"first_seen,omitempty"`
		FirstRun    string            `json:"first_run,omitempty"`
		LastRun     string            `json:"last_run,omitempty"`
		Accepted    *acceptance       `json:"accepted,omitempty"`
		Totals      bool              `json:"totals,omitempty"`
		Drill       *Drill            `json:"drill,omitempty"`
	}{
		ID: b.ID, Rule: b.Rule, Params: b.Params, State: b.State(), Stale: b.Stale, What: b.What(), Key: b.Key,
		Unit: b.Unit, Rows: []row{}, Items: []item{}, FirstRun: b.FirstRun, LastRun: b.LastRun,
		Totals: b.Totals, Drill: b.Drill,
	}
	if !empty(b.Amount) {
		out.Amount = jsonValue(b.Amount)
	}
	for _, i := range b.Items {
		out.Items = append(out.Items, item{i.Outcome.String(), i.Name, i.Digest})
	}
	for _, r := range b.Rows {
		out.Rows = append(out.Rows, row{r.Side, r.Window, r.Values, r.Reason})
	}
	for _, c := range b.Comparisons {
		terms := make([]term, len(c.Terms))
		for i, t := range c.Terms {
			terms[i] = term{t.Side, jsonValue(t.Value)}
		}
		out.Comparisons = append(out.Comparisons, comparison{c.Name, terms, c.Agrees, c.Skipped, c.Difference, c.Bound, c.Reason})
	}
	if !b.FirstSeen.IsZero() {
		out.FirstSeen = b.FirstSeen.Format("2006-01-02T15:04:05.999999Z07:00")
	}
	if b.Accepted != nil {
		out.Accepted = &acceptance{b.Accepted.Who, b.Accepted.When.Format("2006-01-02T15:04:05Z07:00"), b.Accepted.Why}
	}
	return json.Marshal(out)
}

// fields are named values as an object in the order of the columns.
type fields []Field

func (f fields) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, field := range f {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(field.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(jsonValue(field.Value))
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

// exactInteger is the largest integer that every JSON reader keeps exact (2^53).
const exactInteger = 1 << 53

func jsonValue(v schema.Value) any {
	if empty(v) {
		return nil
	}
	switch v.Type.Kind {
	case schema.Integer:
		if v.Int > exactInteger || v.Int < -exactInteger {
			return strconv.FormatInt(v.Int, 10)
		}
		return v.Int
	case schema.Boolean:
		return v.Int != 0
	}
	return v.String()
}
