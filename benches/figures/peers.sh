#!/bin/sh
# The bundle that Tegata makes, as a person makes it with the openssl command: key, request, certificate, PKCS#12, profile,
# signature. $1 is the directory with the CA and the signer, $2 the kind of key.
set -eu
cd "$1"
case $2 in
    P-256) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem ;;
    *) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem ;;
esac
openssl req -new -key key.pem -subj '/C=JP/O=Example Care/CN=Hanako Yamada' -out request.pem
openssl x509 -req -in request.pem -CA issuer.pem -CAkey issuer.key -days 1185 -extfile extensions -out certificate.pem 2>/dev/null
openssl pkcs12 -export -inkey key.pem -in certificate.pem -certfile issuer.pem -name 'Hanako Yamada' \
    -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256 -iter 10000 -passout pass:7Q4N8HJ2KXW5TRP -out bundle.p12
{
    cat profile.head
    openssl base64 -in bundle.p12
    cat profile.tail
} >profile.plist
openssl cms -sign -binary -nodetach -outform DER -in profile.plist -signer signer.pem -inkey signer.key -certfile issuer.pem \
    -out bundle.mobileconfig
