package redis

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	client "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
)

const (
	dialTimeout  = 10 * time.Second
	replyTimeout = 30 * time.Second
)

// within runs use on a connection of its own, which is closed in the end, and, so that nothing waits for a server that is silent,
// when ctx ends. retries is how often the client sends a command again whose connection was lost.
func within(ctx context.Context, url string, retries int, use func(ctx context.Context, c *client.Client) error) error {
	options, err := client.ParseURL(url)
	if err != nil { // its words may hold the password
		return &sdk.Error{Setting: "url", Message: "the url cannot be understood",
			Hint: "write redis://user:password@host:6379/0, with signs such as @ : / % in the password as %40 %3A %2F %25"}
	}
	logging.Disable() // what it would log is in the errors
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = dialTimeout, replyTimeout, replyTimeout
	options.ContextTimeoutEnabled, options.DisableIdentity = true, true
	options.DialerRetries, options.MaxRetries = 1, retries
	options.PoolSize, options.MinIdleConns, options.MaxIdleConns = 1, 0, 1
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	c := client.NewClient(options)
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	err = c.Ping(ctx).Err()
	if err != nil {
		err = connectError(options, err)
	} else {
		err = use(ctx, c)
	}
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// connectError says why there is no connection, in words without the account's password.
func connectError(options *client.Options, err error) error {
	e := &sdk.Error{Setting: "url", Message: "cannot connect to " + options.Addr}
	var dns *net.DNSError
	var dial *net.OpError
	var timeout net.Error
	text := sqlread.Scrub(err.Error(), options.Password)
	switch {
	case answered(err):
		e.Message += ": " + text
		switch code(err) {
		case "WRONGPASS", "NOAUTH", "NOPERM":
			e.Hint = "check user and password of the url, and what the account may do"
		case "LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN":
			e.Temporary = true
		case "ERR":
			e.Hint = "check user, password and the number of the database in the url"
		}
	case errors.As(err, &dns):
		e.Message += ": the host is unknown"
		e.Hint, e.Temporary = "check the host in the url", true
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e.Message += ": no answer in time"
		e.Hint, e.Temporary = "check host and port in the url, and firewalls between", true
	case errors.As(err, &dial):
		e.Message += ": " + dial.Err.Error()
		e.Hint, e.Temporary = "check host and port in the url, and that the server runs", true
	default:
		e.Message += ": " + text
		e.Hint, e.Temporary = "check that a Redis listens there; a server with TLS needs rediss://", true
	}
	return e
}

// answered reports whether an error is the server's own answer.
func answered(err error) bool {
	var reply client.Error
	return errors.As(err, &reply) && !errors.Is(err, client.Nil)
}

// code is the first word of the server's answer: "WRONGTYPE".
func code(err error) string {
	word, _, _ := strings.Cut(err.Error(), " ")
	return word
}
