package wire

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"github.com/recon-lang/recon/sdk/schema"
)

// Config says how to start a plugin.
type Config struct {
	Path   string
	Args   []string
	Sum    []byte // SHA-256 that the program must have; nil: any
	Log    *slog.Logger
	Dir    string // for its sockets, private, not yet used; removed by Close; "": no sockets
	Socket bool   // offer the socket for batches
	Stream bool   // accept batches on the gRPC stream
}

// startTime bounds the start of a plugin, also on a machine that is very busy.
const startTime = 60 * time.Second

// Client is a running plugin. It is safe for concurrent use.
type Client struct {
	cfg     Config
	plugin  *plugin.Client
	process *process
	source  SourceClient
	actions ActionsClient
	reads   atomic.Int64 // names the sockets
	noUnix  atomic.Bool  // the plugin could not use the socket
}

// passed are the variables of the host's environment that a plugin gets; it inherits no other. They say
// where temporary files and the roots of trust are, and nothing that is a secret.
var passed = []string{"TMPDIR", "TZ", "ZONEINFO", "SSL_CERT_FILE", "SSL_CERT_DIR"}

// passedWindows are those without which programs do not even start there.
var passedWindows = []string{"SYSTEMROOT", "TEMP", "TMP"}

func environment(log *slog.Logger) []string {
	var env []string
	names := passed
	if runtime.GOOS == "windows" {
		names = append(names[:len(names):len(names)], passedWindows...)
	}
	for _, name := range names {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	level := slog.LevelError
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn} {
		if log.Enabled(context.Background(), l) {
			level = l
			break
		}
	}
	return append(env, logLevelEnv+"="+strconv.Itoa(int(level)))
}

// ErrChecksum says that a program is not the one that was agreed on.
var ErrChecksum = errors.New("the program has another checksum")

// Start starts a plugin. ctx bounds the start, not the plugin.
func Start(ctx context.Context, cfg Config) (*Client, error) {
	if cfg.Sum != nil {
		if err := checkSum(cfg.Path, cfg.Sum); err != nil {
			return nil, err
		}
	}
	secure, certificate, err := hostTLS()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(cfg.Path, cfg.Args...)
	cmd.Env = append(environment(cfg.Log), certificate)
	out := &output{log: cfg.Log}
	process, err := newProcess(cmd, out)
	if err != nil {
		return nil, fmt.Errorf("make pipes: %w", err)
	}
	c := &Client{cfg: cfg, process: process}
	config := &plugin.ClientConfig{
		HandshakeConfig:  handshake,
		Plugins:          plugin.PluginSet{pluginName: stub{}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		TLSConfig:        secure,
		SkipHostEnv:      true,
		StartTimeout:     startTime,
		Logger:           hclog.NewNullLogger(),
		SyncStdout:       out,
		SyncStderr:       out,
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: cfg.Dir},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithInitialWindowSize(windowBytes), grpc.WithInitialConnWindowSize(2 * windowBytes), grpc.WithReadBufferSize(256 << 10),
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxControl), grpc.MaxCallSendMsgSize(maxControl)),
		},
		RunnerFunc: func(_ hclog.Logger, spec *exec.Cmd, _ string) (runner.Runner, error) {
			cmd.Env = append(cmd.Env, spec.Env...)
			if cfg.Dir != "" { // go-plugin's own folder below it makes paths longer than some systems allow
				cmd.Env = append(cmd.Env, plugin.EnvUnixSocketDir+"="+cfg.Dir)
			}
			return c.process, nil
		},
	}
	c.plugin = plugin.NewClient(config)
	stop := context.AfterFunc(ctx, func() { _ = process.Kill(ctx) })
	err = c.connect()
	if !stop() && err == nil { // it was killed in the last moment
		err = ctx.Err()
	}
	if err != nil {
		c.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return c, nil
}

func (c *Client) connect() error {
	protocol, err := c.plugin.Client()
	if err != nil {
		return c.startError(err)
	}
	raw, err := protocol.Dispense(pluginName)
	if err != nil {
		return err
	}
	conn := raw.(*grpc.ClientConn)
	c.source, c.actions = NewSourceClient(conn), NewActionsClient(conn)
	return nil
}

// startError says why a plugin did not start, in words of ours where they can be clearer.
func (c *Client) startError(err error) error {
	p := c.process
	line := p.stdout.firstLine()
	switch {
	case line != "" && !strings.HasPrefix(line, "1|"):
		return fmt.Errorf("it wrote %q to its standard output before it served: only sdk.Serve may write there, so log with log/slog or to the standard error", line)
	case strings.Contains(err.Error(), "incompatible API version"):
		version, _, _ := strings.Cut(strings.TrimPrefix(line, "1|"), "|")
		return fmt.Errorf("it speaks version %s of the protocol, this recon speaks version %d", version, protocolVersion)
	}
	if exit := p.exit(); exit != nil && !p.killed.Load() {
		return exit
	}
	if strings.Contains(err.Error(), "timeout") {
		return fmt.Errorf("it did not answer within %s", startTime)
	}
	return err
}

func checkSum(path string, want []byte) error {
	secure := &plugin.SecureConfig{Checksum: want, Hash: sha256.New()}
	ok, err := secure.Check(path)
	if err != nil {
		return fmt.Errorf("verify checksum: %w", err)
	}
	if !ok {
		return ErrChecksum
	}
	return nil
}

// stub is the host's end for go-plugin: just the connection.
type stub struct{ plugin.NetRPCUnsupportedPlugin }

func (stub) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("wire: this end calls")
}

func (stub) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}

// Close ends the plugin, gently where it listens, and removes its sockets.
func (c *Client) Close() {
	c.plugin.Kill()
	c.process.life.Close()
	if c.cfg.Dir != "" {
		_ = os.RemoveAll(c.cfg.Dir) // swept at the next start otherwise
	}
}

// Exited reports whether the process is gone.
func (c *Client) Exited() bool {
	select {
	case <-c.process.ended:
		return true
	default:
		return false
	}
}

// PID is the process's number.
func (c *Client) PID() int { return c.process.cmd.Process.Pid }

// Describe asks for the description.
func (c *Client) Describe(ctx context.Context) (Offer, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	w, err := c.source.Describe(ctx, &DescribeRequest{})
	if err != nil {
		return Offer{}, c.callError(ctx, err)
	}
	return descriptionFromWire(w)
}

// Do carries out a task.
func (c *Client) Do(ctx context.Context, t Task) error {
	if _, err := c.actions.Do(ctx, taskToWire(t)); err != nil {
		return c.callError(ctx, err)
	}
	return nil
}

// Columns asks for the shape of a data set.
func (c *Client) Columns(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	w, err := c.source.Columns(ctx, &ColumnsRequest{Config: configToWire(cfg)})
	if err != nil {
		return schema.Table{}, c.callError(ctx, err)
	}
	columns, err := columnsFromWire(w.GetColumns())
	return schema.Table{Columns: columns, Key: w.GetKey()}, err
}

// Claim asks what Read would do with req.
func (c *Client) Claim(ctx context.Context, req Request) (Claims, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	w, err := c.source.Claim(ctx, requestToWire(req))
	if err != nil {
		return Claims{}, c.callError(ctx, err)
	}
	return claimsFromWire(w, len(req.Where))
}

// callError is what a call that ended with err returns: the end of ctx, the plugin's error as a
// Failure, how the process ended, or what became of the connection.
func (c *Client) callError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if at, ok := ctx.Deadline(); ok && !time.Now().Before(at) {
		return context.DeadlineExceeded // the plugin, which has the same deadline, saw it before our timer went off
	}
	st := status.Convert(err)
	for _, detail := range st.Details() {
		if p, ok := detail.(*Problem); ok {
			return &Failure{
				Text: st.Message(), Structured: true, Setting: p.GetSetting(), Message: p.GetMessage(),
				Hint: p.GetHint(), Temporary: p.GetTemporary(), Cause: p.GetCause(),
			}
		}
	}
	if lost(st) {
		if exit := c.process.exit(); exit != nil {
			return exit
		}
		return fmt.Errorf("the connection to the plugin was lost: %s", st.Message())
	}
	return &Failure{Text: st.Message()}
}
