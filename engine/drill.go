package engine

import "github.com/recon-lang/recon/engine/internal/eval"

// configureDrill works out the settings of the sources that a drill reads.
func (p *prepared) configureDrill(env eval.Env) error {
	d := p.Rule.Drill
	if d == nil {
		return nil
	}
	for _, side := range d.Rule.Sides {
		if err := p.configure(side.Source, env); err != nil {
			return err
		}
	}
	for _, src := range d.Listed {
		if err := p.configure(src, env); err != nil {
			return err
		}
	}
	return nil
}
