package sqltest

import (
	"testing"
	"time"
)

// stopTime is how long a server may work after the end of a read. A second is the aim; what nobody stops works for minutes.
const stopTime = 20 * time.Second

// Stops wants a server to run no statement of a read that has ended. running counts those that it does run.
func Stops(t *testing.T, running func() int) {
	t.Helper()
	for start := time.Now(); running() > 0; {
		if time.Since(start) > stopTime {
			t.Errorf("the server still works %s after the end", stopTime)
			return
		}
	}
}
