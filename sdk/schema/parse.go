package schema

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseType reads a type as Type.String writes it. It knows the types of columns only.
func ParseType(text string) (Type, error) {
	name, args, hasArgs := strings.Cut(strings.TrimSpace(text), "(")
	name = strings.TrimSpace(name)
	kind := Invalid
	for k := String; k <= Bytes; k++ {
		if k.String() == name {
			kind = k
		}
	}
	if kind == Invalid {
		return Type{}, fmt.Errorf("unknown type %q", text)
	}
	if hasArgs {
		rest, ok := strings.CutSuffix(strings.TrimSpace(args), ")")
		if !ok {
			return Type{}, fmt.Errorf("type %q has no closing bracket", text)
		}
		args = rest
	}
	switch {
	case kind == Decimal && hasArgs:
		p, s, _ := strings.Cut(args, ",")
		precision, err1 := strconv.ParseInt(strings.TrimSpace(p), 10, 32)
		scale, err2 := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
		if err1 != nil || err2 != nil || precision < 1 || precision > 38 || scale < 0 || scale > precision {
			return Type{}, fmt.Errorf("type %q: write decimal(p, s) with 1 <= p <= 38 and 0 <= s <= p", text)
		}
		return Type{Kind: Decimal, Precision: int32(precision), Scale: int32(scale)}, nil
	case kind == Enum && hasArgs:
		values, err := parseTexts(args)
		if err != nil {
			return Type{}, fmt.Errorf("type %q: %w", text, err)
		}
		return Type{Kind: Enum, Values: values}, nil
	case kind == Decimal || kind == Enum || hasArgs:
		return Type{}, fmt.Errorf("type %q has the wrong arguments", text)
	}
	return Type{Kind: kind}, nil
}

// parseTexts reads a list of quoted texts.
func parseTexts(list string) ([]string, error) {
	var texts []string
	for rest := list; ; {
		text, after, err := cutText(rest)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
		rest = strings.TrimSpace(after)
		if rest == "" {
			return texts, nil
		}
		if rest[0] != ',' {
			return nil, fmt.Errorf("a comma is missing at %q", rest)
		}
		rest = rest[1:]
	}
}

// cutText reads one text as quoteText writes it, and gives what follows.
func cutText(s string) (text, after string, err error) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, `"`) {
		return "", "", fmt.Errorf("a quoted text is missing at %q", s)
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		c := s[i]
		if c == '"' {
			return b.String(), s[i+1:], nil
		}
		if c == '\\' && i+1 < len(s) {
			i++
			switch c = s[i]; c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			case 'r':
				c = '\r'
			}
		}
		b.WriteByte(c)
	}
	return "", "", fmt.Errorf("the quote of %q does not end", s)
}
