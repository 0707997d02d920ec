package action

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Value is a value that is kept as JSON with its type. It is never a secret, a path or an SQL text.
type Value schema.Value

type storedValue struct {
	Type string  `json:"type"`
	Text *string `json:"text,omitempty"` // null if it is not there
	Unit string  `json:"unit,omitempty"`
	List []Value `json:"list,omitempty"`
}

// MarshalJSON refuses a secret: what is kept can be read.
func (v Value) MarshalJSON() ([]byte, error) {
	s := storedValue{Type: v.Type.String(), Unit: v.Unit}
	switch {
	case v.Type.Kind == schema.Secret || v.Type.Kind == schema.Path || v.Type.Kind == schema.SQL:
		return nil, fmt.Errorf("a message cannot carry a %s", v.Type)
	case v.Null:
	case v.Type.Kind == schema.List:
		s.Type = "list"
		for _, e := range v.List {
			s.List = append(s.List, Value(e))
		}
		s.Text = new(string)
	case v.Type.Kind == schema.Duration:
		text := strconv.FormatInt(v.Int, 10)
		s.Text = &text
	case v.Type.Kind == schema.Bytes: // JSON has texts only
		text := base64.StdEncoding.EncodeToString([]byte(v.Text))
		s.Text = &text
	default:
		text := schema.Value(v).String()
		s.Text = &text
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Value) UnmarshalJSON(text []byte) error {
	var s storedValue
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	read, err := s.value()
	if err != nil {
		return fmt.Errorf("value of type %s: %w", s.Type, err)
	}
	read.Unit = s.Unit
	*v = Value(read)
	return nil
}

func (s *storedValue) value() (schema.Value, error) {
	switch s.Type {
	case "null":
		return schema.Value{Type: schema.Type{Kind: schema.Null}, Null: true}, nil
	case "list":
		v := schema.Value{Type: schema.Type{Kind: schema.List}, Null: s.Text == nil}
		for _, e := range s.List {
			v.List = append(v.List, schema.Value(e))
		}
		return v, nil
	case "duration":
		v := schema.Value{Type: schema.Type{Kind: schema.Duration}, Null: s.Text == nil}
		if v.Null {
			return v, nil
		}
		var err error
		v.Int, err = strconv.ParseInt(*s.Text, 10, 64)
		return v, err
	case "percent", "decimal":
		kind := schema.Decimal
		if s.Type == "percent" {
			kind = schema.Percent
		}
		if s.Text == nil {
			return schema.Value{Type: schema.Type{Kind: kind}, Null: true}, nil
		}
		d, err := decimal.Parse([]byte(*s.Text))
		return schema.Value{Type: schema.Type{Kind: kind}, Dec: d}, err
	}
	t, err := schema.ParseType(s.Type)
	if err != nil || s.Text == nil {
		return schema.Value{Type: t, Null: true}, err
	}
	if t.Kind == schema.Bytes {
		raw, err := base64.StdEncoding.DecodeString(*s.Text)
		return schema.Value{Type: t, Text: string(raw)}, err
	}
	c := batch.Column{Type: t}
	if t.Layout() == schema.Varlen {
		c.Offsets = []int32{0}
	}
	if problem := c.AppendText([]byte(*s.Text), nil); problem != "" {
		return schema.Value{}, fmt.Errorf("%s", problem)
	}
	return c.Value(0), nil
}
