package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Started reports whether a host has started this process as a plugin, rather than a person.
func Started() bool { return os.Getenv(handshake.MagicCookieKey) == handshake.MagicCookieValue }

// Serve serves h to the host that has started this process. It returns when the host is done,
// and ends the process where the host is gone.
func Serve(h Handler) {
	logTo(os.Stderr)
	watchHost()
	s := &server{handler: h, stderr: os.Stderr}
	cfg := &plugin.ServeConfig{
		HandshakeConfig: handshake,
		Plugins:         plugin.PluginSet{pluginName: service{server: s}},
		Logger:          hclog.NewNullLogger(),
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts,
				grpc.MaxRecvMsgSize(maxControl), grpc.MaxSendMsgSize(maxControl),
				grpc.InitialWindowSize(windowBytes), grpc.InitialConnWindowSize(2*windowBytes),
				grpc.WriteBufferSize(256<<10), grpc.ReadBufferSize(64<<10))...)
		},
	}
	if host := os.Getenv(clientCertEnv); host != "" {
		secure, certificate, err := pluginTLS(host)
		if err == nil {
			err = completeHandshake(certificate)
		}
		if err != nil {
			slog.Error("cannot serve", "error", err)
			os.Exit(1)
		}
		cfg.TLSProvider = func() (*tls.Config, error) { return secure, nil }
	}
	plugin.Serve(cfg)
}

// logTo makes the records of log/slog, and with them those of log, lines that the host
// understands.
func logTo(stderr *os.File) {
	level := slog.LevelInfo
	if n, err := strconv.Atoi(os.Getenv(logLevelEnv)); err == nil {
		level = slog.Level(n)
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: level})))
}

// service registers the server with go-plugin.
type service struct {
	plugin.NetRPCUnsupportedPlugin
	server *server
}

func (s service) GRPCServer(_ *plugin.GRPCBroker, r *grpc.Server) error {
	RegisterSourceServer(r, s.server)
	RegisterActionsServer(r, s.server)
	return nil
}

func (s service) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("wire: this end serves")
}

type server struct {
	UnimplementedSourceServer
	UnimplementedActionsServer
	handler Handler
	stderr  *os.File // the process's own
	printed sync.Once
}

// begin puts the standard error back where it was before go-plugin took it, and the standard output
// beside it: what an author prints should be seen even if the process dies of it.
func (s *server) begin() {
	s.printed.Do(func() { os.Stdout, os.Stderr = s.stderr, s.stderr })
}

func (s *server) Describe(context.Context, *DescribeRequest) (w *Description, err error) {
	s.begin()
	defer recovered(&err)
	return descriptionToWire(s.handler.Describe()), nil
}

func (s *server) Columns(ctx context.Context, req *ColumnsRequest) (w *TableShape, err error) {
	s.begin()
	defer recovered(&err)
	cfg, err := configFromWire(req.GetConfig())
	if err != nil {
		return nil, err
	}
	table, err := s.handler.Columns(ctx, cfg)
	if err != nil {
		return nil, s.toStatus(err)
	}
	return &TableShape{Columns: columnsToWire(table.Columns), Key: table.Key}, nil
}

func (s *server) Do(ctx context.Context, w *DoRequest) (reply *DoReply, err error) {
	s.begin()
	defer recovered(&err)
	task, err := taskFromWire(w)
	if err != nil {
		return nil, err
	}
	if err := s.handler.Do(ctx, task); err != nil {
		return nil, s.toStatus(err)
	}
	return &DoReply{}, nil
}

func (s *server) Claim(_ context.Context, w *ReadRequest) (reply *ClaimReply, err error) {
	s.begin()
	defer recovered(&err)
	req, err := requestFromWire(w)
	if err != nil {
		return nil, err
	}
	claims := s.handler.Claim(req)
	reply = &ClaimReply{Ordered: claims.Ordered, Database: claims.Database, Costly: claims.Costly}
	for _, c := range claims.Where {
		reply.Where = append(reply.Where, ClaimKind(c))
	}
	return reply, nil
}

func (s *server) Read(stream grpc.BidiStreamingServer[ReadControl, ReadReply]) (err error) {
	s.begin()
	defer recovered(&err)
	control, err := stream.Recv()
	if err != nil {
		return err
	}
	req, err := requestFromWire(control.GetRequest())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	go func() { // ends with the stream at the latest
		_, _ = stream.Recv() // whatever comes, a half-close above all, cancels the read
		cancel()
	}()
	out := &emitter{ctx: ctx}
	conn, err := dialSocket(ctx, control.GetSocket(), control.GetToken())
	opened := &ReadReply{Reply: &ReadReply_Opened_{Opened: &ReadReply_Opened{Socket: err == nil}}}
	if err := stream.Send(opened); err != nil {
		return err
	}
	if err != nil {
		out.send = streamSender(stream)
		return s.toStatus(s.handler.Read(ctx, req, out.emit))
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	out.send = socketSender(conn)
	err = s.handler.Read(ctx, req, out.emit)
	if err == nil {
		_, err = conn.Write(make([]byte, 8)) // a frame of no bytes: the end
	}
	return s.toStatus(err)
}

// maxProblem bounds each text of an error: they travel in the headers of HTTP/2.
const maxProblem = 4 << 10

// toStatus makes err, which may be nil, the end of a call.
func (s *server) toStatus(err error) error {
	if err == nil {
		return nil
	}
	var f *Failure
	if !errors.As(err, &f) {
		f = s.handler.Failure(err)
	}
	p := &Problem{Setting: clip(f.Setting), Message: clip(f.Message), Hint: clip(f.Hint), Temporary: f.Temporary, Cause: clip(f.Cause)}
	st := status.New(codes.Unknown, clip(err.Error()))
	if !f.Structured {
		return st.Err()
	}
	detailed, err := st.WithDetails(p)
	if err != nil {
		return st.Err()
	}
	return detailed.Err()
}

func clip(text string) string {
	if len(text) > maxProblem {
		text = text[:maxProblem] + " …"
	}
	return strings.ToValidUTF8(text, "�")
}

// recovered turns a panic of the plugin into the call's error, which says where it was. The
// stack goes to the log.
func recovered(err *error) {
	r := recover()
	if r == nil {
		return
	}
	slog.Error("plugin panicked", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
	*err = status.Error(codes.Internal, clip(fmt.Sprintf("the plugin panicked: %v%s", r, panicAt())))
}

// panicAt is where the panic that is being recovered was raised: the first frame
// below the runtime's own.
func panicAt() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		if panicking && !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf(" in %s (%s:%d)", frame.Function, shortPath(frame.File), frame.Line)
		}
		panicking = panicking || frame.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}

// shortPath is the last folder and the file.
func shortPath(file string) string {
	parts := strings.Split(file, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}
