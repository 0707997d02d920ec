package wire

import (
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/go-plugin"
)

// watchHost ends this process when its host is gone. The host holds the other end of the standard input
// and writes nothing to it, so its end is the host's end, also after kill -9, on every
// system. SIGTERM, which Linux sends when the host dies, means the same.
func watchHost() {
	input := os.Stdin
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdin = null // nobody else should read what is watched
	}
	dir := os.Getenv(plugin.EnvUnixSocketDir)
	leave := func(code int) {
		if dir != "" {
			_ = os.RemoveAll(dir) // the host, whose folder it is, cannot do it any more
		}
		os.Exit(code)
	}
	go func() {
		_, _ = io.Copy(io.Discard, input)
		leave(0)
	}()
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	go func() {
		<-terminated
		leave(128 + int(syscall.SIGTERM))
	}()
}
