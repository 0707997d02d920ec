package sdk

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/internal/wire"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

func serve(h handler) {
	if !wire.Started() {
		name, version, doc := h.about()
		fmt.Fprintf(os.Stderr, "This is the %s plugin of recon, version %s: %s\n"+
			"It is not meant to be run by hand. Put it where recon looks for plugins, under the name\n"+
			"recon-plugin-%s; recon starts it when a rule file names it.\n", name, version, doc, name)
		os.Exit(1)
	}
	wire.Serve(h)
}

// handler makes what a plugin offers what the wire serves. Either may be nil.
type handler struct {
	src Source
	act Action
}

func (h handler) about() (name, version, doc string) {
	if h.src != nil {
		d := h.src.Describe()
		return d.Name, d.Version, d.Doc
	}
	d := h.act.Describe()
	return d.Name, d.Version, d.Doc
}

func (h handler) Describe() (o wire.Offer) {
	if h.src != nil {
		d := h.src.Describe()
		o.Source = &d
	}
	if h.act != nil {
		d := h.act.Describe()
		o.Action = &d
	}
	return o
}

// Errors of a host that asks for what was not offered.
var (
	errNoSource = errors.New("this plugin offers no source")
	errNoAction = errors.New("this plugin offers no action")
	errNoSums   = errors.New("this plugin cannot add rows up")
)

func (h handler) Do(ctx context.Context, t wire.Task) error {
	if h.act == nil {
		return errNoAction
	}
	return h.act.Do(ctx, ActionRequest(t))
}

func (h handler) Columns(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	if h.src == nil {
		return schema.Table{}, errNoSource
	}
	return h.src.Columns(ctx, cfg)
}

func (h handler) Claim(req wire.Request) wire.Claims {
	c, ok := h.src.(Claimer)
	if !ok {
		return wire.Claims{}
	}
	return wire.Claims(c.Claim(ReadRequest(req)))
}

func (h handler) Read(ctx context.Context, req wire.Request, emit func(*batch.Batch) error) error {
	if h.src == nil {
		return errNoSource
	}
	return h.src.Read(ctx, ReadRequest(req), emit)
}

func (h handler) Snapshot(ctx context.Context, req wire.Request, do func(wire.Snapshot) error) error {
	s, ok := h.src.(Snapshotter)
	if !ok {
		return errNoSums
	}
	return s.Snapshot(ctx, ReadRequest(req), func(s Snapshot) error { return do(view{s}) })
}

// view makes what a source gives what the wire serves.
type view struct{ Snapshot }

func (v view) Compare(ctx context.Context, with wire.Request, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	c, ok := v.Snapshot.(Comparing)
	if !ok {
		return pushdown.Result{Refused: "it compares no rows"}, nil
	}
	return c.Compare(ctx, ReadRequest(with), req, emit)
}

func (h handler) Failure(err error) *wire.Failure {
	f := &wire.Failure{Text: err.Error()}
	var e *Error
	if errors.As(err, &e) {
		f.Structured, f.Setting, f.Message, f.Hint, f.Temporary = true, e.Setting, e.Message, e.Hint, e.Temporary
		if e.Err != nil {
			f.Cause = e.Err.Error()
		}
	}
	return f
}
