package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/schedule"
	"github.com/recon-lang/recon/sdk/schema"
)

// ExplainedSchedule says when the rule is due. Next are the first instants after the run's own.
type ExplainedSchedule struct {
	Cron    string      `json:"cron"`
	Zone    string      `json:"zone"`
	Timeout string      `json:"timeout,omitempty"`
	Next    []time.Time `json:"next"`
}

// nextDue is how many due instants a plan names.
const nextDue = 3

// ExplainedTrigger says which changes make the rule look at their keys. What is not given is absent. Simulated is
// true: in this version only tests act on triggers.
type ExplainedTrigger struct {
	Side      string `json:"side"`
	Source    string `json:"source"`
	Changes   string `json:"changes"` // how the source's changes are followed, as its setting says
	Delay     string `json:"delay,omitempty"`
	Sample    string `json:"sample,omitempty"`
	Always    string `json:"always,omitempty"`
	Retry     string `json:"retry,omitempty"`
	Every     string `json:"every,omitempty"`
	Rate      string `json:"rate,omitempty"`
	Simulated bool   `json:"simulated"`
}

// ExplainedHandler says what is done about an outcome. Values are as they are written; a secret is *** or the name it has.
type ExplainedHandler struct {
	Outcome string        `json:"outcome"`
	Name    string        `json:"name,omitempty"`
	Where   string        `json:"where,omitempty"`
	Do      []ExplainedDo `json:"do"`
}

// ExplainedDo is one thing that a handler does, once for all breaks of a run or once for each.
type ExplainedDo struct {
	Action   string             `json:"action"`
	Kind     string             `json:"kind"`
	PerBreak bool               `json:"per_break"`
	Settings []ExplainedSetting `json:"settings"`
	Fields   []ExplainedSetting `json:"fields"`
}

// ExplainedSetting is a setting of an action or a field of a do.
type ExplainedSetting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// explainDue says when the rule runs and what it does about breaks.
func (p *Plan) explainDue(e *Explanation) error {
	env := p.Env(nil)
	e.Handlers = []ExplainedHandler{}
	if s := p.Rule.Schedule; s != nil {
		x := &ExplainedSchedule{Cron: s.Cron, Zone: s.Zone, Next: []time.Time{}}
		if x.Zone == "" {
			x.Zone = "UTC"
		}
		var err error
		if x.Timeout, err = given(s.Timeout, env); err != nil {
			return fmt.Errorf("timeout: %w", err)
		}
		cron, err := schedule.ParseCron(s.Cron)
		if err != nil {
			return fmt.Errorf("cron: %w", err)
		}
		zone, err := time.LoadLocation(s.Zone)
		if err != nil {
			return fmt.Errorf("schedule: %w", err)
		}
		at := p.Now
		for range nextDue {
			at = cron.Next(at, zone)
			x.Next = append(x.Next, at)
		}
		e.Schedule = x
	}
	if err := p.explainTrigger(e, env); err != nil {
		return err
	}
	for _, h := range p.Rule.Handlers {
		x := ExplainedHandler{Outcome: h.Outcome, Name: h.Name, Where: written(h.Where), Do: []ExplainedDo{}}
		for _, d := range h.Do {
			x.Do = append(x.Do, ExplainedDo{Action: d.Action.Name, Kind: d.Action.Plugin, PerBreak: d.Action.PerBreak, Settings: settings(d.Action.Settings), Fields: settings(d.Fields)})
		}
		e.Handlers = append(e.Handlers, x)
	}
	return nil
}

func (p *Plan) explainTrigger(e *Explanation, env eval.Env) error {
	t := p.Rule.Trigger
	if t == nil {
		return nil
	}
	side := p.Rule.Sides[t.Side]
	x := &ExplainedTrigger{Side: side.Name, Source: side.Source.Name, Always: written(t.Always), Simulated: true}
	for _, s := range side.Source.Settings {
		if s.Name == "changes" {
			v, err := eval.Scalar(s.Value, env)
			if err != nil {
				return fmt.Errorf("changes of %s: %w", side.Source.Name, err)
			}
			x.Changes = v.String()
		}
	}
	for _, a := range []struct {
		name string
		of   *program.Expr
		to   *string
	}{{"delay", t.Delay, &x.Delay}, {"sample", t.Sample, &x.Sample}, {"retry", t.Retry, &x.Retry}, {"every", t.Every, &x.Every}, {"rate", t.Rate, &x.Rate}} {
		var err error
		if *a.to, err = given(a.of, env); err != nil {
			return fmt.Errorf("%s of the trigger: %w", a.name, err)
		}
	}
	e.Trigger = x
	return nil
}

// given is the value of an attribute: a quantity as it is written, of a name what it stands for; "" if it is not given.
func given(e *program.Expr, env eval.Env) (string, error) {
	if e == nil {
		return "", nil
	}
	if text := e.Span.Text(); e.Op == program.OpLiteral && text != "" && text[0] >= '0' && text[0] <= '9' {
		return text, nil
	}
	v, err := eval.Scalar(e, env)
	return v.String(), err
}

func settings(list []program.Setting) []ExplainedSetting {
	shown := []ExplainedSetting{}
	for _, s := range list {
		shown = append(shown, ExplainedSetting{s.Name, written(s.Value)})
	}
	return shown
}

// written is an expression as it is written, on one line; a secret that stands in the text itself is masked.
func written(e *program.Expr) string {
	open := true
	e.Walk(func(x *program.Expr) bool {
		if x.Op != program.OpLiteral {
			return open
		}
		t := x.Value.Type
		if t.Kind == schema.Secret || x.Type.Kind == schema.Secret || t.Elem != nil && t.Elem.Kind == schema.Secret {
			open = false
		}
		return open
	})
	switch {
	case e == nil:
		return ""
	case !open:
		return "***"
	}
	return strings.Join(strings.Fields(e.Span.Text()), " ")
}

// writeDue prints when the rule runs and what it does about breaks.
func (e *Explanation) writeDue(b *strings.Builder) {
	if s := e.Schedule; s != nil {
		fmt.Fprintf(b, "\nschedule %s in %s", s.Cron, s.Zone)
		if s.Timeout != "" {
			fmt.Fprintf(b, ", timeout %s", s.Timeout)
		}
		b.WriteString("\n  next       ")
		for i, at := range s.Next {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(at.Format(time.RFC3339))
		}
		b.WriteString("\n")
	}
	if t := e.Trigger; t != nil {
		t.write(b)
	}
	for _, h := range e.Handlers {
		fmt.Fprintf(b, "\non %s\n", strings.TrimSpace(h.Outcome+" "+h.Name))
		if h.Where != "" {
			fmt.Fprintf(b, "  where      %s\n", h.Where)
		}
		for _, d := range h.Do {
			how := "once for all breaks of a run"
			if d.PerBreak {
				how = "once for each break"
			}
			fmt.Fprintf(b, "  do         %s (%s), %s\n", d.Action, d.Kind, how)
			for _, list := range [][]ExplainedSetting{d.Settings, d.Fields} {
				for _, s := range list {
					fmt.Fprintf(b, "             %s = %s\n", s.Name, s.Value)
				}
			}
		}
	}
}

func (t *ExplainedTrigger) write(b *strings.Builder) {
	fmt.Fprintf(b, "\ntrigger on the changes of %s, by %s\n", t.Side, t.Changes)
	for _, a := range []struct{ name, value string }{{"delay", t.Delay}, {"sample", t.Sample}, {"always", t.Always}, {"retry", t.Retry}, {"every", t.Every}, {"rate", t.Rate}} {
		if a.value != "" {
			fmt.Fprintf(b, "  %-9s  %s\n", a.name, a.value)
		}
	}
	b.WriteString("  Nothing follows changes by itself in this version: recon test simulates the trigger, and recon run reads in full.\n")
}
