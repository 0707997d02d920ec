package lint

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// zonelessTime finds sources whose times have no zone from anywhere.
func zonelessTime(p *pass) {
	zoned := map[*program.Source]bool{} // by the schedule of a rule
	for _, r := range p.Program.Rules {
		if r.Zone != "" {
			for _, s := range r.Sides {
				parts(s.Source, zoned)
			}
		}
	}
	p.sources(func(s *program.Source) {
		if s.Zone != "" || s.View != nil || zoned[s] {
			return
		}
		for _, c := range s.Columns {
			if c.Type.Kind == schema.Timestamp && !saysZone(c.Derived) {
				message := fmt.Sprintf("the times of %s have no zone: they are taken as UTC", s.Name)
				if p.Catalog.Sources[s.Plugin].Abilities.Typed { // some of whose times are instants
					message = fmt.Sprintf("%s has no zone: its days begin in UTC, and times that are kept without a zone are taken as UTC", s.Name)
				}
				p.report(c.Span, message, `add to the source: zone = "Asia/Shanghai", or zone = "UTC" if that is what they are`, p.inZone(s.Span)...)
				return
			}
		}
	})
}

// inZone says of a source that its times are in UTC, which is how they are taken.
func (p *pass) inZone(source diag.Span) []diag.Fix {
	body := syntax.Body(p.decl(source))
	if body == nil || body.Span.End == body.Span.Start {
		return nil
	}
	at, line := body.Span.Start+1, "\n  zone = \"UTC\""
	if body.OneLine {
		line = " zone = \"UTC\","
	}
	return []diag.Fix{{Title: "say that they are in UTC", Edits: []diag.Edit{{Span: diag.Span{File: source.File, Start: at, End: at}, New: line}}}}
}

// saysZone reports whether a derived time has its zone from its own text or its expression.
func saysZone(e *program.Expr) bool {
	says := false
	e.Walk(func(e *program.Expr) bool {
		if e.Op == program.OpCall && e.Name == "parse_time" && len(e.Args) > 1 {
			pattern := e.Args[1].Value.Text
			says = says || len(e.Args) > 2 || strings.HasPrefix(pattern, "unix") || strings.Contains(pattern, "%z")
		}
		return true
	})
	return says
}

// parts adds a source with all that it is made of, joined ones too.
func parts(s *program.Source, into map[*program.Source]bool) {
	origins(s, into)
	if s.View != nil {
		for _, part := range s.View.Parts {
			parts(part.Source, into)
		}
		for _, j := range s.View.Joins {
			parts(j.Source, into)
		}
	}
}
