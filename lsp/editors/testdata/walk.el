;;; walk.el --- What the test has Emacs do with an empty file  -*- lexical-binding: t; -*-

;; The file is $RECON_FILE.  What is written into it by completion-at-point goes to $RECON_OUT as JSON.

(require 'json)
(dolist (dir (file-expand-wildcards "/usr/share/emacs/site-lisp/elpa/*"))
  (add-to-list 'load-path dir t))
(require 'eglot)

(setq recon-command (list (getenv "RECON_BIN") "lsp")
      jsonrpc-default-request-timeout 60
      eglot-sync-connect 60
      eglot-events-buffer-size 0)

;; What a user types, line by line; after each * the word before it is completed, which is one that only one name begins like.
(defvar walk-lines
  '("rec*" "" "par*date: dat* = today*\"Asia/Shan*) - 1d" ""
    "sour*orders fro*sqli*" "pat*\"订单😀.db\"" "tab*\"pay\"" "zon*\"Asia/Shan*" "colu*" "order_no str*" "amount decimal(18, 2) uni*\"CN*" "status enu*已付\", \"退款\")" "paid_at times*" "}"
    "tim*paid*" "where statu* == \"已*" "}" ""
    "sour*bill fro*csv*" "pat*\"bill.csv\"" "zon*\"Asia/Shan*" "colu*" "out_trade_no str* = col*商户订单号\")" "total decimal(18, 2) uni*\"CN*" "at times*" "}" "tim*at" "}" ""
    "rul*daily betw*ord*, bil* {" "titl*\"订单 😀 对账\"" "sev*\"crit*" "win*" "per*day(dat*)" "sla*30m" "carr*7d" "}" ""
    "key orders.ord* = bill.out*" "" "comp*orders.am* = bill.tot* with*0.01 or 0.1% as amou*" "fail*mismatch.rat* > 0.05%" "}"))

(let ((out (list (cons 'version emacs-version))) (taken 0))
  (find-file (getenv "RECON_FILE"))
  (apply #'eglot (eglot--guess-contact))
  (dolist (line walk-lines)
    (let ((parts (split-string line "\\*")))
      (while parts
        (let ((before nil))
          (insert (car parts))
          (when (equal (car parts) "}") (indent-according-to-mode))
          (setq before (buffer-substring-no-properties (line-beginning-position) (point)))
          (when (cdr parts)
            (completion-at-point)
            (if (equal before (buffer-substring-no-properties (line-beginning-position) (point)))
                (push (cons 'failed (format "nothing completes %S" before)) out)
              (setq taken (1+ taken))))
          (setq parts (cdr parts)))))
    (newline)
    (indent-according-to-mode))
  (eglot-format-buffer)
  (push (cons 'text (buffer-substring-no-properties (point-min) (point-max))) out)
  (push (cons 'taken taken) out)
  (eglot-shutdown (eglot-current-server))
  (let ((coding-system-for-write 'utf-8)
        (json (json-encode out)))
    (with-temp-file (getenv "RECON_OUT") (insert json))))
;;; walk.el ends here
