package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/sdk/schema"
)

// Drill says what one group that breaks is made of: the finer keys under which the sides differ, and the rows of the sides
// that have no such keys. Values are texts as schema.Value.String gives them.
type Drill struct {
	Key    Texts       `json:"key"`             // of the group
	Into   []string    `json:"into"`            // the columns of finer keys; none where no two sides have them
	Differ int64       `json:"differ"`          // finer keys under which the sides differ
	Keys   []DrillKey  `json:"keys,omitempty"`  // the largest of these
	Whole  []DrillRows `json:"whole,omitempty"` // sides that are listed as they are
}

// DrillKey is a finer key under which the sides differ.
type DrillKey struct {
	Key    Texts     `json:"key"` // the drilled columns
	What   string    `json:"what"`
	Amount string    `json:"amount,omitempty"`
	Unit   string    `json:"unit,omitempty"`
	Values string    `json:"values"` // in one line
	Rows   []SideRow `json:"rows"`
}

// SideRow is what one side has.
type SideRow struct {
	Side   string `json:"side"`
	Values Texts  `json:"values"`
}

// DrillRows are rows of a group on a side.
type DrillRows struct {
	Side string  `json:"side"`
	Rows int64   `json:"rows"` // how many there are
	Some []Texts `json:"some"` // the first of them, in the order of their values
}

// Texts are named values as texts; in JSON an object in their order.
type Texts []NamedText

// NamedText is a named value as text.
type NamedText struct {
	Name string
	Text string
	Null bool
}

// TextsOf are fields as texts, instants in zone (nil: UTC).
func TextsOf(list []Field, zone *time.Location) Texts {
	texts := make(Texts, 0, len(list))
	for _, f := range list {
		t := NamedText{Name: f.Name, Text: f.Value.String(), Null: f.Value.Null}
		if f.Value.Type.Kind == schema.Timestamp && !t.Null && zone != nil {
			t.Text = Format(f.Value, zone)
		}
		if t.Null {
			t.Text = ""
		}
		texts = append(texts, t)
	}
	return texts
}

// Equal reports whether both are the same.
func (t Texts) Equal(o Texts) bool { return slices.Equal(t, o) }

func (t Texts) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, v := range t {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(v.Name)
		if err != nil {
			return nil, err
		}
		text := []byte("null")
		if !v.Null {
			if text, err = json.Marshal(v.Text); err != nil {
				return nil, err
			}
		}
		out = append(append(append(out, name...), ':'), text...)
	}
	return append(out, '}'), nil
}

func (t *Texts) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil {
		return err
	}
	*t = Texts{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var v *string
		if err := d.Decode(&v); err != nil {
			return err
		}
		text := NamedText{Name: fmt.Sprint(name), Null: v == nil}
		if v != nil {
			text.Text = *v
		}
		*t = append(*t, text)
	}
	return nil
}

// plain is the values for a person, joined.
func (t Texts) plain() string {
	parts := make([]string, len(t))
	for i, v := range t {
		parts[i] = v.value()
	}
	return strings.Join(parts, " · ")
}

// named is the values with their names.
func (t Texts) named() string {
	parts := make([]string, len(t))
	for i, v := range t {
		parts[i] = v.Name + " " + v.value()
	}
	return strings.Join(parts, ", ")
}

func (v NamedText) value() string {
	switch {
	case v.Null:
		return "null"
	case unclear(v.Text):
		return fmt.Sprintf("%q", v.Text)
	}
	return v.Text
}

// lines are a drill for a person, at most most finer keys and rows a side.
func (d *Drill) lines(most int) (lines []string) {
	for i := range d.Keys {
		if i == most {
			break
		}
		k := &d.Keys[i]
		lines = append(lines, strings.TrimRight(k.Key.plain()+"  "+k.What+"  "+k.Values, " "))
	}
	if left := d.Differ - int64(min(len(d.Keys), most)); left > 0 {
		lines = append(lines, fmt.Sprintf("… %s more", count(left)))
	}
	for _, w := range d.Whole {
		rows := "rows"
		if w.Rows == 1 {
			rows = "row"
		}
		line := fmt.Sprintf("%s: %s %s", w.Side, count(w.Rows), rows)
		lines = append(lines, line)
		for i, r := range w.Some {
			if i == most {
				break
			}
			lines = append(lines, "  "+r.named())
		}
		if left := w.Rows - int64(min(len(w.Some), most)); left > 0 && len(w.Some) > 0 {
			lines = append(lines, fmt.Sprintf("  … %s more", count(left)))
		}
	}
	return lines
}

// differs says how many finer keys differ: "3 order_no differ".
func (d *Drill) differs() string {
	name := strings.Join(d.Into, ", ")
	switch {
	case name == "":
		return "the rows of the sides"
	case d.Differ == 0:
		return "no " + name + " differs by itself"
	case d.Differ == 1:
		return "1 " + name + " differs"
	}
	return count(d.Differ) + " " + name + " differ"
}
