package wire

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"
	"time"
)

// The connection of host and plugin is TLS in which each side accepts one certificate only: that which the other has made for this process. go-plugin
// makes them too, on the curve P-521, for which Go has no fast code: two plugins took 60 ms of processor time to start, and all others waited for it.
// These are the same but for the curve, and are handed over in the same way.

// clientCertEnv hands the host's certificate to a plugin, in PEM.
const clientCertEnv = "PLUGIN_CLIENT_CERT"

// newCertificate makes a certificate that nobody else has the key of.
func newCertificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: certificateName}, DNSNames: []string{certificateName}, SerialNumber: serial,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		BasicConstraintsValid: true, IsCA: true,
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(30, 0, 0), // a clock may be set, and a process run for years
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

const certificateName = "localhost"

// hostTLS is the host's end, and the certificate as a plugin is told of it. go-plugin adds the plugin's, which comes with its handshake.
func hostTLS() (cfg *tls.Config, env string, err error) {
	cert, err := newCertificate()
	if err != nil {
		return nil, "", fmt.Errorf("make a certificate: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]})
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, ServerName: certificateName}, clientCertEnv + "=" + string(text), nil
}

// pluginTLS is the plugin's end, which accepts the host alone, and its certificate as the handshake has it.
func pluginTLS(hostCert string) (cfg *tls.Config, text string, err error) {
	accepted := x509.NewCertPool()
	if !accepted.AppendCertsFromPEM([]byte(hostCert)) {
		return nil, "", errors.New("the host's certificate cannot be read")
	}
	cert, err := newCertificate()
	if err != nil {
		return nil, "", fmt.Errorf("make a certificate: %w", err)
	}
	return &tls.Config{
		Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: accepted,
	}, base64.RawStdEncoding.EncodeToString(cert.Certificate[0]), nil
}

// completeHandshake has the line that go-plugin is about to write to the standard output end with a certificate. go-plugin leaves its place, the last
// one, empty where the certificate is not its own.
func completeHandshake(certificate string) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	to := os.Stdout
	os.Stdout = w
	go func() { // ends with the line; go-plugin takes the standard output away after it
		defer r.Close()
		line, err := bufio.NewReader(r).ReadString('\n')
		if line = strings.TrimSuffix(line, "\n"); err == nil && strings.HasSuffix(line, "|") {
			line += certificate
		}
		_, _ = io.WriteString(to, line+"\n")
	}()
	return nil
}
