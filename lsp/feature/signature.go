package feature

import (
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// Signature is what the call around a place takes.
type Signature struct {
	Label  string
	Doc    string // Markdown
	Params []SignatureParam
	Active int // the parameter that the place belongs to; -1: none, there are too many
}

// SignatureParam is one parameter: bytes [Start, End) of the label.
type SignatureParam struct {
	Start, End int
	Doc        string
}

// SignatureAt is the innermost call around an offset that takes something; ok is false where there is none. The first argument of a call
// after a pipe stands on the left of it.
func SignatureAt(s *Snapshot, offset int) (sig Signature, ok bool) {
	c, ok := cursorAt(s, offset)
	if !ok {
		return sig, false
	}
	l := &list{cursor: c}
	for i := len(c.frames) - 1; i > 0; i-- {
		f := c.frames[i]
		if f.block {
			return sig, false
		}
		if f.bracket != '(' || f.callee.End == 0 {
			continue
		}
		if outer := c.frames[i-1]; outer.block && len(outer.toks) > 1 && c.textOf(outer.toks[0]) == "use" {
			return l.useSignature(outer, f)
		}
		if sig, ok := l.callSignature(f); ok {
			return sig, true
		}
	}
	return sig, false
}

// callSignature is the signature of a function.
func (l *list) callSignature(f *frame) (sig Signature, ok bool) {
	name := l.textOf(f.callee)
	at := f.commas
	if l.pipedCall(f) {
		at++
	}
	if s := l.specialAt(name); s != nil {
		sig = Signature{Label: s.Signature, Doc: s.Doc + example(s.Example), Active: -1}
		open := strings.IndexByte(s.Signature, '(')
		if open < 0 {
			return sig, true
		}
		start := open + 1
		for i, p := range strings.Split(strings.TrimSuffix(s.Signature[start:], ")"), ", ") {
			sig.Params = append(sig.Params, SignatureParam{Start: start, End: start + len(p)})
			start += len(p) + len(", ")
			if i == at {
				sig.Active = i
			}
		}
		return sig, true
	}
	fn := builtin.Find(name)
	if fn == nil {
		return sig, false
	}
	sig = Signature{Label: fn.Signature(), Doc: fn.Doc + example(fn.Example), Active: -1}
	start := len(fn.Name) + 1
	for i, p := range fn.Params {
		text := p.Name
		if p.Optional {
			text += "?"
		}
		if p.Variadic {
			text += "…"
		}
		sig.Params = append(sig.Params, SignatureParam{Start: start, End: start + len(text), Doc: paramDoc(p)})
		start += len(text) + len(", ")
		if i == at || p.Variadic && at > i {
			sig.Active = i
		}
	}
	return sig, true
}

// specialAt is the name of the place around the cursor that is written like a function, or nil.
func (l *list) specialAt(name string) *builtin.Special {
	where := builtin.InGroup
	if l.around(syntax.DoBlock) != nil {
		where = builtin.InMessage
	}
	var other *builtin.Special
	for i := range builtin.Specials {
		if s := &builtin.Specials[i]; s.Name == name && s.Place == where {
			if where == builtin.InGroup && builtin.Find(name) != nil && l.around(syntax.GroupBlock) == nil && !l.grouped() {
				return nil // min and max of a row
			}
			return s
		} else if s.Name == name && s.Place != builtin.InGroup && s.Place != builtin.InMessage {
			other = s
		}
	}
	return other
}

// paramDoc says what a parameter takes.
func paramDoc(p builtin.Param) string {
	var kinds []string
	for _, k := range p.Kinds {
		if k != schema.Null && k != schema.Invalid {
			kinds = append(kinds, k.String())
		}
	}
	text := strings.Join(kinds, ", ")
	if len(kinds) > 6 {
		text = "a single value"
	}
	switch {
	case p.Literal && p.Optional:
		return text + "; a literal; may be left out"
	case p.Literal:
		return text + "; a literal"
	case p.Optional:
		return text + "; may be left out"
	case p.Variadic:
		return text + "; one or more"
	}
	return text
}

// useSignature is the signature of a template.
func (l *list) useSignature(outer, f *frame) (sig Signature, ok bool) {
	d, _ := l.templateOf(outer.toks)
	if d == nil {
		return sig, false
	}
	sig = Signature{Label: d.Name.Name + "(", Doc: d.Doc, Active: -1}
	now := ""
	if len(f.toks) > 0 {
		now = l.textOf(f.toks[0])
	}
	for i, p := range d.Params {
		if p.Name == nil {
			continue
		}
		if i > 0 {
			sig.Label += ", "
		}
		start := len(sig.Label)
		sig.Label += p.Name.Name + ": " + typeText(p)
		doc := ""
		if p.Default != nil {
			doc = "`" + p.Default.Text + "` where it is left out"
			sig.Label += " = " + p.Default.Text
		}
		sig.Params = append(sig.Params, SignatureParam{Start: start, End: len(sig.Label), Doc: doc})
		if p.Name.Name == now || now == "" && i == f.commas {
			sig.Active = len(sig.Params) - 1
		}
	}
	sig.Label += ")"
	return sig, true
}
