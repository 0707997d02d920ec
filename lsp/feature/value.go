package feature

import (
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// value is the value of an attribute of a block.
func (l *list) value(b *frame, name string, toks []syntax.Token) {
	settings, _ := l.takers(b)
	if i := slices.IndexFunc(settings, func(s schema.Setting) bool { return s.Name == name }); i >= 0 {
		l.settingValue(b, settings[i], toks)
		return
	}
	sc := l.scopeOf(b)
	if b.kind == syntax.RunBlock || b.kind == syntax.TestBlock {
		return
	}
	if len(toks) > 0 && l.top().block && l.endsOperand(toks[len(toks)-1]) && !l.dotted(toks) {
		if b.kind == syntax.TriggerBlock && name == "always" {
			l.operators(sc, toks)
		}
		return
	}
	switch name {
	case "time", "sorted":
		l.columnValue(b, name, toks)
	case "zone":
		l.zones(0)
	case "bad_rows":
		l.add(0, Item{Kind: ValueItem, Label: `"report"`, Detail: "such a row is unkeyed, with the reason"})
	case "optional":
		l.add(0, Item{Kind: ValueItem, Label: "true"})
	case "empty":
		l.add(0, Item{Kind: ValueItem, Label: `"allowed"`, Detail: "a run without rows passes"})
	case "duplicates":
		l.add(0, Item{Kind: ValueItem, Label: `"pair"`, Detail: "rows of a repeated key are paired"})
	case "severity":
		for _, w := range [...]string{"critical", "high", "medium", "low"} {
			l.add(0, Item{Kind: ValueItem, Label: quoted(w)})
		}
	case "baseline":
		for _, s := range l.sidesHere() {
			l.add(0, Item{Kind: SideItem, Label: s.name, Detail: "side"})
		}
	case "cron":
		l.cron()
	case "timeout":
		l.durations("2h", "30m", "1h")
	case "slack":
		l.durations("30m", "15m", "1h", "2h")
	case "carry":
		l.durations("7d", "3d", "1d", "14d")
	case "delay", "every":
		l.durations("5s", "2s", "1m")
	case "period":
		if !l.top().block {
			l.expr(&scope{file: l.File, constant: true, want: schema.Date}, toks)
			return
		}
		l.periods()
	case "sample":
		l.add(0, Item{Kind: ValueItem, Label: "5%"})
		l.numbers(schema.Percent)
	case "retry":
		l.add(0, Item{Kind: ValueItem, Label: "3"})
	case "rate":
		l.add(0, Item{Kind: ValueItem, Label: "2000"})
	case "always":
		l.expr(sc, toks)
	case "title", "owner", "description":
		l.expr(&scope{file: l.File, constant: true, only: true, want: schema.String}, toks)
	default:
		sc.secrets = b.kind == syntax.TemplateBlock
		l.expr(sc, toks)
	}
}

// settingValue is the value of a plugin's setting, or of an action's field.
func (l *list) settingValue(b *frame, s schema.Setting, toks []syntax.Token) {
	sc := &scope{file: l.File, bounds: b.kind == syntax.SourceBlock, constant: true}
	elem := s.Type.Kind
	if elem == schema.List && s.Type.Elem != nil {
		elem = s.Type.Elem.Kind
	}
	if b.kind == syntax.DoBlock {
		sc = l.scopeOf(b)
	}
	fresh := (len(toks) == 0 || !l.endsOperand(toks[len(toks)-1])) && !l.dotted(toks)
	inner := len(l.frames) > 0 && l.top().bracket == '$'
	if fresh && !inner && !(l.top().bracket == '(') {
		for _, v := range s.OneOf {
			l.add(0, Item{Kind: ValueItem, Label: quoted(v)})
		}
		if sc.place == inMessage && elem == schema.String && l.quote == 0 && len(s.OneOf) == 0 {
			l.message(sc)
		}
		if elem == schema.Boolean {
			l.add(0, Item{Kind: ValueItem, Label: "true"})
			l.add(0, Item{Kind: ValueItem, Label: "false"})
		}
		if elem == schema.Secret {
			l.secretNames(sc)
		}
		if s.Example != "" && len(s.OneOf) == 0 && elem != schema.Secret {
			l.add(0, Item{Kind: ValueItem, Label: s.Example, Detail: "example"})
		}
		if d := s.Default; d != "" && len(s.OneOf) == 0 && elem != schema.Boolean {
			if elem != schema.Integer && elem != schema.Decimal && elem != schema.Duration {
				d = quoted(d)
			}
			l.add(2, Item{Kind: ValueItem, Label: d, Detail: "what holds without it"})
		}
		if elem == schema.Duration {
			l.durations("30s", "1m", "5m")
		}
		if s.Type.Kind == schema.SQL || elem == schema.Secret {
			return
		}
	}
	sc.want = elem
	switch {
	case inner:
		sc.want = schema.Invalid
	case elem == schema.Path:
		sc.want = schema.String
	}
	if b.kind != syntax.DoBlock && !inner && l.top().bracket != '(' && (l.typed == "" || len(s.OneOf) > 0) {
		sc.only = true // a text mostly, and no list of functions before a letter says that it is to be one
	}
	l.expr(sc, toks)
}

// message adds a text that says how many breaks there are and which, as it is written for the rule around.
func (l *list) message(sc *scope) {
	for _, k := range l.ruleNamesOf(check.KeySymbol) {
		l.add(0, Item{Kind: ValueItem, Label: `"${count} rows, as ${sample(` + k.Name + `, 3)}"`, Detail: "how many, and the first of them"})
		break
	}
	for _, s := range sc.sides {
		for _, c := range s.columns {
			if c.Type.Kind == schema.Decimal {
				l.add(0, Item{Kind: ValueItem, Label: `"${count} rows of ${sum(` + s.name + "." + c.Name + `)}"`, Detail: "how many, and how much in all"})
				return
			}
		}
	}
}

// columnValue is the value of time or sorted: columns of the block's own rows.
func (l *list) columnValue(b *frame, name string, toks []syntax.Token) {
	if name == "sorted" && l.top().block {
		l.add(0, Item{Kind: FormItem, Label: "[…]", Insert: "[$1]", Snippet: true, Filter: "["})
		return
	}
	sides := l.ownSide(b)
	if b.kind == syntax.ViewBlock {
		sides = append(sides, l.viewSides(b)...)
	}
	for _, s := range sides {
		for _, c := range s.columns {
			switch {
			case name == "sorted", c.Type.Kind == schema.Timestamp:
				l.add(0, symbolItem(c))
			case c.Type.Kind == schema.Date, c.Type.Kind == schema.Invalid:
				l.add(1, symbolItem(c))
			}
		}
	}
}

// periods are what a window may speak of.
func (l *list) periods() {
	for _, p := range l.globals(l.File, check.ParamSymbol) {
		if p.Type.Kind != schema.Date {
			continue
		}
		for _, f := range [...]string{"day", "week", "month"} {
			l.add(0, Item{Kind: FunctionItem, Label: f + "(" + p.Name + ")", Detail: "the " + f + " of a parameter"})
		}
	}
	for _, f := range [...]string{"day", "week", "month"} {
		l.add(1, Item{Kind: FunctionItem, Label: f + "(today())", Detail: "the " + f + " of the run"})
	}
	l.add(2, Item{Kind: FunctionItem, Label: "hour(now())", Detail: "the hour of the run"})
}

// durations adds lengths of time, or, where a number is typed, that number with each unit.
func (l *list) durations(usual ...string) {
	for _, d := range usual {
		l.add(0, Item{Kind: ValueItem, Label: d, Detail: "duration"})
	}
	l.numbers(schema.Duration)
	for _, s := range l.globals(l.File, check.ParamSymbol, check.LetSymbol) {
		if s.Type.Kind == schema.Duration {
			l.add(1, symbolItem(s))
		}
	}
}

// numbers adds the number that is being typed with what may follow it directly. Where it may stand by itself it comes first, so that who has
// typed it whole is given nothing else.
func (l *list) numbers(want schema.Kind) {
	digits := strings.TrimRight(l.typed, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ%")
	if digits == "" || !isDigit(digits[0]) || strings.HasSuffix(digits, ".") {
		return
	}
	switch want {
	case schema.Duration, schema.Timestamp, schema.Date, schema.Percent:
	default:
		l.add(-1, Item{Kind: ValueItem, Label: digits})
	}
	details := map[string]string{"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks", "%": "percent", "bp": "hundredths of a percent",
		"KB": "kilobytes", "MB": "megabytes", "GB": "gigabytes"}
	for _, u := range syntax.Units() {
		tier := 1
		share, size := u == "%" || u == "bp", strings.HasSuffix(u, "B")
		switch want {
		case schema.Duration, schema.Timestamp:
			if share || size {
				continue
			}
			tier = 0
		case schema.Percent:
			if !share {
				continue
			}
			tier = 0
		case schema.Decimal:
			if !share {
				continue
			}
		case schema.Date:
			if u != "d" && u != "w" {
				continue
			}
		}
		l.add(tier, Item{Kind: UnitItem, Label: digits + u, Detail: details[u]})
	}
	if want != schema.Duration && want != schema.Percent && want != schema.Date && want != schema.Timestamp {
		for i, c := range l.currencies() {
			l.add(1+min(i/8, 1), Item{Kind: UnitItem, Label: digits + " " + c, Detail: "currency"})
		}
	}
}

// tolerances adds bounds for what is compared, without those that are given.
func (l *list) tolerances(col *check.Symbol, given []syntax.Token) {
	kind := schema.Invalid
	if col != nil {
		kind = col.Type.Kind
	}
	if kind == schema.Timestamp || kind == schema.Date {
		l.durations("5m", "1m", "1h", "1d")
		return
	}
	bound := "0.01"
	if col != nil && col.Type.Scale > 2 {
		bound = "0." + strings.Repeat("0", int(col.Type.Scale)-1) + "1"
	}
	for _, b := range [...][2]string{{bound, "a difference of at most so much"}, {"0.1%", "a share of the base's value"}} {
		if !slices.ContainsFunc(given, func(t syntax.Token) bool { return l.textOf(t) == b[0] }) {
			l.add(0, Item{Kind: ValueItem, Label: b[0], Detail: b[1]})
		}
	}
	if kind == schema.Invalid {
		l.add(1, Item{Kind: ValueItem, Label: "5m", Detail: "a length of time"})
	}
	l.numbers(kind)
}

// types adds the types of columns or parameters.
func (l *list) types(names []string) {
	if f := l.top(); f.bracket == '(' && f.callee.End > 0 && (l.textOf(f.callee) == "decimal" || l.textOf(f.callee) == "enum") {
		if l.textOf(f.callee) == "decimal" && f.commas == 0 {
			l.add(0, Item{Kind: ValueItem, Label: "18, 2", Detail: "digits in all, digits after the point"})
			l.add(0, Item{Kind: ValueItem, Label: "18, 4", Detail: "digits in all, digits after the point"})
		} else if l.textOf(f.callee) == "decimal" {
			l.add(0, Item{Kind: ValueItem, Label: "2", Detail: "digits after the point"})
			l.add(0, Item{Kind: ValueItem, Label: "4", Detail: "digits after the point"})
		}
		return
	}
	for _, t := range names {
		if t == "decimal" && l.block().kind == syntax.FileBlock { // a parameter has the digits of what it is given
			l.add(0, Item{Kind: TypeItem, Label: t})
			continue
		}
		l.addType(0, t)
	}
}

// addType adds a type; a client that cannot fill in its digits has a second decimal to choose.
func (l *list) addType(tier int, name string) {
	l.add(tier, typeItem(name))
	if name == "decimal" && !l.opt.Snippets {
		l.add(tier, Item{Kind: TypeItem, Label: "decimal(18, 4)", Detail: "digits in all, digits after the point"})
	}
}

func typeItem(name string) Item {
	it := Item{Kind: TypeItem, Label: name, Filter: name}
	switch name {
	case "decimal":
		it.Label, it.Insert, it.Snippet, it.Detail = "decimal(18, 2)", "decimal(${1:18}, ${2:2})", true, "digits in all, digits after the point"
	case "enum":
		it.Label, it.Insert, it.Snippet, it.Detail = `enum("…")`, `enum("$1")`, true, "one of these texts"
	case "timestamp":
		it.Detail = "an instant"
	case "date":
		it.Detail = "a day of the calendar"
	}
	return it
}
