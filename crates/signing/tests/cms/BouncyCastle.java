// Judges CMS files with Bouncy Castle: the folder of the first argument holds ca.pem and *.p7m; prints a line for each,
// its name and whether every signer's signature holds, over the content inside, under a certificate that the CA issued
// and that the signed attributes name (RFC 5035).

import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

public class BouncyCastle {
    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        Path folder = Paths.get(arguments[0]);
        X509Certificate ca;
        try (InputStream file = new FileInputStream(folder.resolve("ca.pem").toFile())) {
            ca = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(file);
        }
        List<Path> files;
        try (var all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".p7m")).sorted().collect(Collectors.toList());
        }
        for (Path file : files) {
            boolean fine;
            try {
                fine = holds(new CMSSignedData(Files.readAllBytes(file)), ca);
            } catch (Exception error) {
                System.err.println(file + ": " + error);
                fine = false;
            }
            System.out.println(file.getFileName().toString().replace(".p7m", "") + " " + fine);
        }
    }

    static boolean holds(CMSSignedData data, X509Certificate ca) throws Exception {
        if (data.getSignerInfos().size() == 0 || data.getSignedContent() == null) {
            return false;
        }
        for (SignerInformation signer : data.getSignerInfos()) {
            var found = data.getCertificates().getMatches(signer.getSID()).iterator();
            X509CertificateHolder holder = (X509CertificateHolder) found.next();
            X509Certificate certificate = new JcaX509CertificateConverter().setProvider("BC").getCertificate(holder);
            certificate.verify(ca.getPublicKey());
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate))) {
                return false;
            }
            Attribute named = signer.getSignedAttributes().get(PKCSObjectIdentifiers.id_aa_signingCertificateV2);
            ESSCertIDv2 first = SigningCertificateV2.getInstance(named.getAttributeValues()[0]).getCerts()[0];
            String hash = first.getHashAlgorithm().getAlgorithm().getId();
            byte[] own = MessageDigest.getInstance(hash, "BC").digest(holder.getEncoded());
            if (!Arrays.equals(own, first.getCertHash())) {
                return false;
            }
        }
        return true;
    }
}
