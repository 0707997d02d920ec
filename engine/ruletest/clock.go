package ruletest

import (
	"context"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// instant is when the run takes place: as written, or else when everything that the test tells of has happened. That is the first
// midnight after every date and time of its tables and parameters, and, of a rule with a window, the window's end if that is
// later.
func (r *runner) instant(ctx context.Context) (time.Time, error) {
	if !r.run.At.Null {
		return r.run.At.Time().In(r.zone), nil
	}
	l := latest{zone: r.zone}
	for _, v := range r.values {
		l.see(v)
	}
	for i := range r.run.Given {
		if err := r.seeTimes(ctx, &r.run.Given[i], &l); err != nil {
			return time.Time{}, err
		}
	}
	at := nowhere.In(r.zone)
	if l.any {
		y, m, d := l.last.In(r.zone).Date()
		at = time.Date(y, m, d+1, 0, 0, 0, 0, r.zone)
	}
	e := engine.New(r.cfg.Program, engine.Config{})
	req := engine.Request{Rule: r.rule, Params: r.texts, Values: r.params, At: at}
	start, end, windowed, err := e.Window(req)
	if err != nil || !windowed || !end.After(at) {
		return at, err
	}
	req.At = end
	if again, _, _, err := e.Window(req); err != nil || !again.Equal(start) {
		return at, nil // the window moves with the clock
	}
	return end.In(r.zone), nil
}

// latest is the last date or time that was seen.
type latest struct {
	zone *time.Location
	last time.Time
	any  bool
}

func (l *latest) see(v schema.Value) {
	if v.Null {
		return
	}
	var at time.Time
	switch v.Type.Kind {
	case schema.Date:
		y, m, d := v.Time().Date()
		at = time.Date(y, m, d, 0, 0, 0, 0, l.zone)
	case schema.Timestamp:
		at = v.Time()
	default:
		return
	}
	if !l.any || at.After(l.last) {
		l.last, l.any = at, true
	}
}

func (r *runner) seeTimes(ctx context.Context, g *program.Given, l *latest) error {
	for _, row := range g.Table.Rows {
		for _, v := range row {
			l.see(v)
		}
	}
	if g.File == "" {
		return nil
	}
	s := &stage{runner: r, tables: []program.Given{*g}}
	src, err := s.file(ctx, g)
	if err != nil {
		return err
	}
	defer closeSource(src)
	var times []schema.Column
	for _, c := range g.Source.Columns {
		if (c.Type.Kind == schema.Date || c.Type.Kind == schema.Timestamp) && src.has(c.Name) {
			times = append(times, schema.Column{Name: c.Name, Type: c.Type})
		}
	}
	if len(times) == 0 {
		return nil
	}
	return src.Read(ctx, sdk.ReadRequest{Config: src.config, Columns: times, Zone: zoneName(g, r.zone)}, func(b *batch.Batch) error {
		for i := range b.Columns {
			for row := range b.Rows {
				l.see(b.Columns[i].Value(row))
			}
		}
		return nil
	})
}
