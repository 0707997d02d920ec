package wire

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// behind is a context whose deadline has passed and whose timer has not gone off yet.
type behind struct{ context.Context }

func (behind) Deadline() (time.Time, bool) { return time.Now().Add(-time.Microsecond), true }

func TestThePluginMaySeeTheDeadlineFirst(t *testing.T) {
	answer := status.Error(codes.Unknown, "context deadline exceeded")
	if err := new(Client).callError(behind{t.Context()}, answer); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	var f *Failure
	if err := new(Client).callError(t.Context(), answer); !errors.As(err, &f) {
		t.Errorf("a time limit of the plugin's own came out as %v", err)
	}
}
