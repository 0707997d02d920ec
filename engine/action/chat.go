package action

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// Chats have in common that they take a text at a secret address, answer 200 whatever happens, and say in the answer's
// body whether it was taken.

// again is what the doc of each chat says.
const again = " A chat knows no idempotency key: where recon could not note that a message was taken, it comes twice."

func chatText() schema.Setting { return textField(true, "The text of the message.") }

// say posts the body and gives what the answer says.
func say(ctx context.Context, client *http.Client, cfg schema.Config, address string, body any, answer any) error {
	limit, err := timeout(cfg, usualTimeout)
	if err != nil {
		return err
	}
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	got, err := post(ctx, client, limit, address, nil, sent)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(got, answer); err != nil {
		return notOurs(newMask(address, nil), got)
	}
	return nil
}

// notOurs is the error of an answer in another form than the chat's.
func notOurs(mask *mask, got []byte) error {
	return &sdk.Error{Setting: "url", Message: fmt.Sprintf("the answer is not that of this chat: %q", mask.shown(got)), Hint: "check the secret of the url: it names some other server"}
}

// refused is the error of a message that a chat did not take.
func refused(address string, code int, why string, temporary bool) error {
	return &sdk.Error{Message: fmt.Sprintf("it was not taken: %s (code %d)", newMask(address, nil).shown([]byte(why)), code), Temporary: temporary}
}
