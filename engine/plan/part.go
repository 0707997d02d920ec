package plan

import "github.com/recon-lang/recon/lang/program"

// Part plans the reading of one source by itself, as a part of a view that rule reads: the rows that the source offers after its
// conditions and, if o has a window, the window's cut.
func Part(rule *program.Rule, src *program.Source, o Options) (*Plan, error) {
	part := &program.Rule{Name: src.Name, Sides: []program.Side{{Name: src.Name, Source: src, Span: src.Span}}, Zone: rule.Zone}
	if o.Window != nil {
		part.Window = rule.Window
	}
	o.Strategy = ""
	return Build(part, o)
}
