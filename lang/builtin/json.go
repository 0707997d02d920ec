package builtin

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/recon-lang/recon/sdk/schema"
)

var jsonFunc = &Func{
	Name: "json", Family: JSONFamily,
	Params: []Param{{Name: "text", Kinds: []schema.Kind{schema.JSON, schema.String}}, {Name: "path", Kinds: textKinds, Literal: true}},
	Doc: "The value at a path of a JSON text, as text: a string without its quotes, a number as it is written, an object or list as JSON. " +
		"It is null where the path leads nowhere or to null. A path is $ and names and positions: $.a.b[0], $[\"a b\"]. " +
		"A text that is no JSON is an error that names the row.",
	Example: `json('{"a": [10.50]}', "$.a[0]")  → "10.50"`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		if _, err := parsePath(args[1].Literal.Text); err != nil {
			return schema.Type{}, &Problem{Arg: 1, Text: err.Error(), Hint: "write a path such as \"$.a.b[0]\""}
		}
		return kind(schema.String), nil
	},
	Bind: func(_ Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		path, err := parsePath(rest[0].Text)
		if err != nil {
			return Bound{}, err
		}
		return Bound{Text: func(dst, src []byte) ([]byte, error) { return appendAt(dst, src, path) }}, nil
	},
}

// step is one step of a path: into an object by name, or into a list by position.
type step struct {
	name  string
	index int // -1: by name
}

func parsePath(text string) ([]step, error) {
	bad := fmt.Errorf("%q is no path into JSON", text)
	if text == "" || text[0] != '$' {
		return nil, bad
	}
	var steps []step
	for rest := text[1:]; rest != ""; {
		if rest[0] == '.' {
			n := 1
			for n < len(rest) && rest[n] != '.' && rest[n] != '[' {
				n++
			}
			if n == 1 {
				return nil, bad
			}
			steps = append(steps, step{rest[1:n], -1})
			rest = rest[n:]
			continue
		}
		if rest[0] != '[' || len(rest) < 3 {
			return nil, bad
		}
		if q := rest[1]; q == '"' || q == '\'' {
			n := 2
			for n < len(rest) && rest[n] != q {
				n++
			}
			if n+1 >= len(rest) || rest[n+1] != ']' {
				return nil, bad
			}
			steps = append(steps, step{rest[2:n], -1})
			rest = rest[n+2:]
			continue
		}
		n := 1
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		index, err := strconv.Atoi(rest[1:n])
		if err != nil || n >= len(rest) || rest[n] != ']' {
			return nil, bad
		}
		steps = append(steps, step{"", index})
		rest = rest[n+1:]
	}
	return steps, nil
}

var errJSON = errors.New("not JSON")

// appendAt appends what path leads to in text, or returns ErrNull. Of a name that an object has twice it takes
// the last one.
func appendAt(dst, text []byte, path []step) ([]byte, error) {
	s := scanner{text: text}
	s.space()
	at, ok := s.find(path)
	if !ok {
		return dst, errJSON
	}
	if s.space(); s.pos != len(text) {
		return dst, errJSON
	}
	if at == nil || string(at) == "null" {
		return dst, ErrNull
	}
	if at[0] != '"' {
		return append(dst, at...), nil
	}
	dst, ok = unquoteJSON(dst, at)
	if !ok {
		return dst, errJSON
	}
	return dst, nil
}

// find reads one value, and gives the part of it that path leads to; nil if there is none.
func (s *scanner) find(path []step) (at []byte, ok bool) {
	start := s.pos
	if len(path) == 0 {
		ok = s.value()
		return s.text[start:s.pos], ok
	}
	c, wanted := s.peek(), path[0]
	if c == '{' && wanted.index < 0 {
		ok = s.members('}', func(name []byte, _ int) bool {
			if !sameName(name, wanted.name) {
				return s.value()
			}
			var found bool
			at, found = s.find(path[1:])
			return found
		})
		return at, ok
	}
	if c == '[' && wanted.index >= 0 {
		ok = s.members(']', func(_ []byte, i int) bool {
			if i != wanted.index {
				return s.value()
			}
			var found bool
			at, found = s.find(path[1:])
			return found
		})
		return at, ok
	}
	return nil, s.value()
}

// sameName compares a quoted name of an object with a plain one.
func sameName(quoted []byte, plain string) bool {
	if len(quoted) == len(plain)+2 && string(quoted[1:len(quoted)-1]) == plain {
		return true
	}
	for _, c := range quoted {
		if c == '\\' {
			text, ok := unquoteJSON(nil, quoted)
			return ok && string(text) == plain
		}
	}
	return false
}
