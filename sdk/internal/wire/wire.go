// Package wire carries sdk.Source and sdk.Action between two processes: control messages by gRPC over
// go-plugin, batches as frames over a private unix socket or the same gRPC stream. It knows
// nothing of rules, of where plugins are found, or of restarts. Its Go API may change on any
// day; what goes over the wire is recon_source.proto and frame.go, and only grows.
package wire

import (
	"context"
	"time"

	"github.com/hashicorp/go-plugin"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// Handler is what a plugin offers. It has the methods of sdk.Source and sdk.Action, which this package
// cannot import, and Failure, which says what an error of theirs carries. Only those are called that the offer has.
type Handler interface {
	Describe() Offer
	Columns(ctx context.Context, cfg schema.Config) (schema.Table, error)
	Claim(req Request) Claims
	Read(ctx context.Context, req Request, emit func(*batch.Batch) error) error
	Snapshot(ctx context.Context, req Request, do func(Snapshot) error) error
	Do(ctx context.Context, task Task) error
	Failure(err error) *Failure
}

// Offer says what a plugin offers: a source, an action, or both, under one name.
type Offer struct {
	Source *schema.Source
	Action *schema.Action
}

// Name is the name of what is offered.
func (o Offer) Name() string {
	switch {
	case o.Source != nil:
		return o.Source.Name
	case o.Action != nil:
		return o.Action.Name
	}
	return ""
}

// Version is the version of what is offered.
func (o Offer) Version() string {
	switch {
	case o.Source != nil:
		return o.Source.Version
	case o.Action != nil:
		return o.Action.Version
	}
	return ""
}

// Task is sdk.ActionRequest, field by field.
type Task struct {
	ID      string
	Config  schema.Config
	Fields  schema.Config
	Columns map[string]schema.Value
	Dir     string
	Message []byte
}

// Request is sdk.ReadRequest, field by field.
type Request struct {
	Config  schema.Config
	Columns []schema.Column
	Where   []schema.Condition
	Order   []string
	Zone    string
	BadRows bool
	Rows    int
}

// Claims is sdk.Claims, field by field.
type Claims struct {
	Where    []schema.Claim
	Ordered  bool
	Database string
	Costly   bool
}

// Failure is an error on its way from a plugin to its host. Text is the whole error.
// Structured says that there was an sdk.Error in it, whose fields the others are; Cause is the
// text of what it wraps.
type Failure struct {
	Text       string
	Structured bool
	Setting    string
	Message    string
	Hint       string
	Temporary  bool
	Cause      string
}

func (f *Failure) Error() string { return f.Text }

const (
	// protocolVersion is the version of what goes over the wire. A host speaks to plugins of its
	// own version; a second one is added beside it when it must change.
	protocolVersion = 1

	// pluginName is the name under which go-plugin knows the one service.
	pluginName = "source"

	// maxControl bounds a control message: an In condition of 100,000 texts has some 4 MB.
	maxControl = 64 << 20

	// maxFrame bounds a frame with everything in it.
	maxFrame = batch.MaxBytes

	// windowBytes is how much of one gRPC stream may be under way: some frames.
	windowBytes = 4 << 20

	// tokenBytes is the length of the token that opens a socket.
	tokenBytes = 32

	// cancelGrace is how long a host waits for a read that it has cancelled to end by
	// itself, so that a plugin can still cancel a query on its server.
	cancelGrace = 2 * time.Second

	// answerTime bounds calls that do no I/O, and the steps of opening a read.
	answerTime = 20 * time.Second
)

var handshake = plugin.HandshakeConfig{
	ProtocolVersion:  protocolVersion,
	MagicCookieKey:   "RECON_PLUGIN",
	MagicCookieValue: "source",
}

// logLevelEnv tells a plugin the lowest level of log records that the host wants, as a
// number of log/slog.
const logLevelEnv = "RECON_PLUGIN_LOG"
