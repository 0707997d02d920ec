package action

import (
	"context"
	"net/http"
	"strings"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

type webhook struct{ client *http.Client }

func (webhook) Describe() schema.Action {
	return schema.Action{
		Name: "webhook", Version: version,
		Doc: "Sends the message as JSON in a POST. The header Idempotency-Key is the message's id: a message comes again with the same id where recon " +
			"could not note that it was taken, and a receiver that honours the key acts once. Any 2xx is success; 429, 5xx and a lost connection are tried again. " +
			"Redirects are not followed. A proxy is taken from HTTPS_PROXY and HTTP_PROXY.",
		Settings: []schema.Setting{
			secretSetting("url", true, "secret.page_url", "Where the message goes. It is treated as a secret, since such addresses mostly hold a token."),
			{Name: "headers", Type: schema.Type{Kind: schema.List, Elem: &schema.Type{Kind: schema.Secret}}, Example: `["X-Team: finance", secret.page_auth]`,
				Doc: `Further headers, each a text "Name: value"; one with a token is taken whole from a secret.`},
			timeoutSetting(usualTimeout, "How long one attempt may take."),
		},
		Fields: []schema.Setting{textField(false, "A text for people, as \"text\" in the JSON. The JSON names rule, run, window and breaks without it.")},
	}
}

func (w webhook) Do(ctx context.Context, req sdk.ActionRequest) error {
	limit, err := timeout(req.Config, usualTimeout)
	if err != nil {
		return err
	}
	header, err := headers(texts(req.Config, "headers"))
	if err != nil {
		return err
	}
	header.Set("Idempotency-Key", req.ID)
	_, err = post(ctx, w.client, limit, text(req.Config, "url"), header, req.Message)
	return err
}

// headers reads lines of the form "Name: value".
func headers(lines []string) (http.Header, error) {
	header := http.Header{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || strings.ContainsAny(line, "\r\n") || strings.ContainsAny(name, " \t") {
			return nil, &sdk.Error{Setting: "headers", Message: "a header cannot be understood", Hint: `write each as "Name: value"`}
		}
		header.Add(name, value)
	}
	return header, nil
}
