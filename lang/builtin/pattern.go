package builtin

import (
	"fmt"
	"strings"
)

// pattern is a strftime pattern, cut into its elements once.
type pattern struct {
	elements []element
}

// element is one directive, or literal text where directive is 0.
type element struct {
	directive byte
	text      string
	tight     bool // digits follow directly, so this number has all its digits
}

// directives says what the letters after % mean, for the messages and the documentation.
const directives = "%Y %y %m %d %e %j %b %B %a %A %H %I %M %S %f %p %z %s %F %T %D %R %%"

// composed are directives that stand for others.
var composed = map[byte]string{'F': "%Y-%m-%d", 'T': "%H:%M:%S", 'D': "%m/%d/%y", 'R': "%H:%M", 'h': "%b"}

// compilePattern reads a strftime pattern.
func compilePattern(text string) (*pattern, error) {
	if text == "" {
		return nil, fmt.Errorf("the pattern is empty")
	}
	p := &pattern{}
	if err := p.add(text); err != nil {
		return nil, err
	}
	for i := range p.elements[:len(p.elements)-1] {
		e, next := &p.elements[i], p.elements[i+1]
		e.tight = numeric(e.directive) && (numeric(next.directive) || next.directive == 0 && isDigit(next.text[0]))
	}
	return p, nil
}

func (p *pattern) add(text string) error {
	for text != "" {
		i := strings.IndexByte(text, '%')
		if i < 0 {
			p.literal(text)
			return nil
		}
		p.literal(text[:i])
		if i+1 == len(text) {
			return fmt.Errorf("the pattern ends in a single %%")
		}
		c := text[i+1]
		text = text[i+2:]
		switch {
		case c == '%':
			p.literal("%")
		case composed[c] != "":
			if err := p.add(composed[c]); err != nil {
				return err
			}
		case strings.IndexByte("YymdejbBaAHIMSfpzs", c) >= 0:
			p.elements = append(p.elements, element{directive: c})
		default:
			return fmt.Errorf("the pattern has an unknown %%%c; there are %s", c, directives)
		}
	}
	return nil
}

func (p *pattern) literal(text string) {
	if text == "" {
		return
	}
	if n := len(p.elements); n > 0 && p.elements[n-1].directive == 0 {
		p.elements[n-1].text += text
		return
	}
	p.elements = append(p.elements, element{text: text})
}

// has reports whether the pattern has one of these directives.
func (p *pattern) has(directives string) bool {
	for _, e := range p.elements {
		if e.directive != 0 && strings.IndexByte(directives, e.directive) >= 0 {
			return true
		}
	}
	return false
}

func numeric(directive byte) bool {
	return directive != 0 && strings.IndexByte("YymdejHIMSfs", directive) >= 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

var monthNames = [...]string{
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}

var dayNames = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
