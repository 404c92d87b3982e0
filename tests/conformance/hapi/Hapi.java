import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationResult;
import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;

/**
 * HAPI's instance validator on lines: a resource a line in, its issues a line out.
 *
 * <p>https://hapifhir.io/hapi-fhir/docs/validation/instance_validator.html
 *
 * <p>Arguments: R4 or R5, then files of further definitions, a resource a line. Started from its source, with the
 * libraries that pom.xml names.
 */
class Hapi {
    public static void main(String[] arguments) throws IOException {
        FhirContext context = arguments[0].equals("R5") ? FhirContext.forR5() : FhirContext.forR4();
        FhirValidator validator = validator(context, List.of(arguments).subList(1, arguments.length));
        Gson gson = new Gson();
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            ValidationResult result = validator.validateWithResult(line);
            out.println(gson.toJson(result.getMessages().stream().map(Hapi::issue).toList()));
            out.flush();
        }
    }

    private static FhirValidator validator(FhirContext context, List<String> files) throws IOException {
        UnknownCodeSystemWarningValidationSupport unknown = new UnknownCodeSystemWarningValidationSupport(context);
        unknown.setNonExistentCodeSystemSeverity(IValidationSupport.IssueSeverity.WARNING);
        ValidationSupportChain chain =
                new ValidationSupportChain(
                        new DefaultProfileValidationSupport(context),
                        definitions(context, files),
                        new SnapshotGeneratingValidationSupport(context),
                        new CommonCodeSystemsTerminologyService(context),
                        new InMemoryTerminologyServerValidationSupport(context),
                        unknown);
        // FHIR's rule for a required binding of a CodeableConcept: one coding of the value set is enough.
        chain.setCodeableConceptValidationSuccessfulIfNotAllCodingsAreValid(true);
        FhirInstanceValidator module = new FhirInstanceValidator(chain);
        module.setErrorForUnknownProfiles(true);
        module.setAnyExtensionsAllowed(false);
        // Narrative (dom-6) and performers are recommended, not required: coded resources have neither.
        module.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
        FhirValidator validator = context.newValidator();
        validator.registerValidatorModule(module);
        return validator;
    }

    private static PrePopulatedValidationSupport definitions(FhirContext context, List<String> files)
            throws IOException {
        PrePopulatedValidationSupport support = new PrePopulatedValidationSupport(context);
        IParser parser = context.newJsonParser();
        for (String file : files) {
            for (String line : Files.readAllLines(Path.of(file))) {
                support.addResource(parser.parseResource(line));
            }
        }
        return support;
    }

    private static Map<String, String> issue(SingleValidationMessage message) {
        return Map.of(
                "judge", "hapi",
                "severity", message.getSeverity().getCode(),
                "place", String.valueOf(message.getLocationString()),
                "message", message.getMessage());
    }
}
