package sdk

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/internal/wire"
	"github.com/recon-lang/recon/sdk/schema"
)

func serve(src Source) {
	if !wire.Started() {
		d := src.Describe()
		fmt.Fprintf(os.Stderr, "This is the %s plugin of recon, version %s: %s\n"+
			"It is not meant to be run by hand. Put it where recon looks for plugins, under the name\n"+
			"recon-plugin-%s; recon starts it when a rule file names the source.\n", d.Name, d.Version, d.Doc, d.Name)
		os.Exit(1)
	}
	wire.Serve(handler{src})
}

// handler makes a Source what the wire serves.
type handler struct{ src Source }

func (h handler) Describe() schema.Source { return h.src.Describe() }

func (h handler) Columns(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	return h.src.Columns(ctx, cfg)
}

func (h handler) Claim(req wire.Request) ([]schema.Claim, bool) {
	c, ok := h.src.(Claimer)
	if !ok {
		return nil, false
	}
	claims := c.Claim(ReadRequest(req))
	return claims.Where, claims.Ordered
}

func (h handler) Read(ctx context.Context, req wire.Request, emit func(*batch.Batch) error) error {
	return h.src.Read(ctx, ReadRequest(req), emit)
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
