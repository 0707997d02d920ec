package redis

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/recon-lang/recon/sdk"
)

// pattern is a key with placeholders: "acct:{user_id}".
type pattern struct {
	text  string
	names []string // of the placeholders
	texts []string // before, between and after them: one more than names
}

// parsePattern reads a pattern. {{ and }} stand for braces.
func parsePattern(text string) (*pattern, error) {
	parts, err := parseTemplate(text)
	if err != nil {
		return nil, &sdk.Error{Setting: "key", Message: fmt.Sprintf("the pattern %q %s", text, err), Hint: `write the columns of the key in braces: "acct:{user_id}"`}
	}
	p := &pattern{text: text, texts: []string{""}}
	for i, part := range parts {
		if !part.name {
			p.texts[len(p.texts)-1] += part.text
			continue
		}
		if i > 0 && parts[i-1].name {
			return nil, &sdk.Error{Setting: "key", Message: fmt.Sprintf("the pattern %q has {%s} right behind {%s}: nothing says where one ends", text, part.text, parts[i-1].text)}
		}
		if slices.Contains(p.names, part.text) {
			return nil, &sdk.Error{Setting: "key", Message: fmt.Sprintf("the pattern %q has {%s} twice", text, part.text)}
		}
		p.names, p.texts = append(p.names, part.text), append(p.texts, "")
	}
	if len(p.names) == 0 {
		return nil, &sdk.Error{Setting: "key", Message: fmt.Sprintf("the pattern %q has no column", text), Hint: `write the columns of the key in braces: "acct:{user_id}"`}
	}
	return p, nil
}

// glob is the pattern as SCAN wants it. Keys may match it that do not fit the pattern.
func (p *pattern) glob() string {
	escape := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "]", `\]`)
	var b strings.Builder
	for i, text := range p.texts {
		if i > 0 {
			b.WriteByte('*')
		}
		b.WriteString(escape.Replace(text))
	}
	return b.String()
}

// split gives the placeholders' texts in a key, in their order, or false if it does not fit. A text is not empty, and has not
// the characters that stand before and after its placeholder, so there is at most one way to split a key.
func (p *pattern) split(key string, into []string) ([]string, bool) {
	into = into[:0]
	rest, ok := strings.CutPrefix(key, p.texts[0])
	if !ok || !utf8.ValidString(key) {
		return into, false
	}
	for i := range p.names {
		before, after := p.texts[i], p.texts[i+1]
		end := len(rest)
		if after != "" {
			if end = strings.Index(rest, after); end < 0 {
				return into, false
			}
		}
		value := rest[:end]
		rest = rest[end+len(after):]
		last, _ := utf8.DecodeLastRuneInString(before)
		first, _ := utf8.DecodeRuneInString(after)
		if value == "" || before != "" && strings.ContainsRune(value, last) || after != "" && strings.ContainsRune(value, first) {
			return into, false
		}
		into = append(into, value)
	}
	return into, rest == ""
}

// part is a text, or the name of a placeholder.
type part struct {
	text string
	name bool
}

// parseTemplate splits a text at its placeholders. Its error is a phrase that follows the text.
func parseTemplate(text string) (parts []part, err error) {
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			parts = append(parts, part{text: plain.String()})
			plain.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case (c == '{' || c == '}') && i+1 < len(text) && text[i+1] == c:
			plain.WriteByte(c)
			i++
		case c == '}':
			return nil, fmt.Errorf("has a } that closes nothing; write }} for the character")
		case c == '{':
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return nil, fmt.Errorf("has a { that is not closed; write {{ for the character")
			}
			name := text[i+1 : i+end]
			if strings.TrimSpace(name) != name || name == "" || strings.ContainsAny(name, "{") {
				return nil, fmt.Errorf("has {%s}, which is no name", name)
			}
			flush()
			parts = append(parts, part{text: name, name: true})
			i += end
		default:
			plain.WriteByte(c)
		}
	}
	flush()
	return parts, nil
}
