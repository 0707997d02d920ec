package check

import "github.com/recon-lang/recon/lang/program"

// readSources visits s and all sources and views that it reads.
func readSources(s *program.Source, visit func(*program.Source)) {
	visit(s)
	if s.View == nil {
		return
	}
	for _, p := range s.View.Parts {
		readSources(p.Source, visit)
	}
	for _, j := range s.View.Joins {
		readSources(j.Source, visit)
	}
}

// sourceExprs are the expressions that say what the rows of s are.
func sourceExprs(s *program.Source) []*program.Expr {
	var list []*program.Expr
	columns := func(of []program.Column) {
		for _, c := range of {
			list = append(list, c.Derived)
		}
	}
	readSources(s, func(s *program.Source) {
		for _, set := range s.Settings {
			list = append(list, set.Value)
			for _, b := range set.Params {
				list = append(list, b.Value)
			}
		}
		list = append(list, s.Where)
		columns(s.Columns)
		v := s.View
		if v == nil {
			return
		}
		for _, j := range v.Joins {
			for _, on := range j.On {
				list = append(list, on.This, on.Other)
			}
		}
		columns(v.Row)
		list = append(list, v.Where)
		if g := v.Group; g != nil {
			list = append(list, g.By...)
			for _, a := range g.Aggregates {
				list = append(list, a.Arg, a.Where)
			}
		}
	})
	return list
}
