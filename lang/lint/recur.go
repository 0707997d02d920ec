package lint

import (
	"fmt"
	"regexp"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// entities are names of what is there every day: people, shops, accounts, goods. What happens once (an
// order, a payment) has other names.
var entities = regexp.MustCompile(`(?i)^(user|customer|client|member|account|acct|wallet|merchant|mch|shop|store|branch|channel|product|sku|item|fund|symbol|isin|currency|ccy|region|country|city|warehouse|department|employee|supplier|vendor|partner|bank)(_?(id|no|code|name|key|number))?$`)

// recurringKey finds keys under which there is a row in every window, in rules that carry rows from one to the
// next.
func recurringKey(p *pass) {
	for _, r := range p.Program.Rules {
		if r.Window == nil || r.Window.Carry == nil || len(r.Keys) == 0 {
			continue
		}
		recurs := true
		for _, k := range r.Keys {
			recurs = recurs && recurring(r, &k)
		}
		if recurs {
			p.report(r.Keys[0].Span, fmt.Sprintf("the key %s recurs in every window, and carried rows would meet those of another", r.Keys[0].Name),
				"add the date to the key: key day(a.time) = day(b.time) as day")
		}
	}
}

// recurring reports whether a part of a key has the same values in every window.
func recurring(r *program.Rule, k *program.Key) bool {
	switch k.Type.Kind {
	case schema.Enum, schema.Boolean:
		return true
	case schema.Date, schema.Timestamp:
		return false
	}
	for i, t := range k.Terms {
		if t == nil || t.Op != program.OpColumn {
			return false
		}
		s := r.Sides[i].Source
		grouped := s.View != nil && s.View.Group != nil && t.Index < len(s.View.Group.By)
		if !grouped && !entities.MatchString(s.Columns[t.Index].Name) {
			return false
		}
	}
	return true
}
