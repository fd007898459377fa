package dev.lakebase.examples.holidays;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.resilience.annotation.EnableResilientMethods;

/** The whole application. Nothing in it knows of tokens, hosts or computes: the starter's {@code DataSource} does. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@EnableResilientMethods
public class HolidayRequestsApplication {
    /** Starts it; with the profile {@code local} on Lakebase Local, otherwise where {@code LAKEBASE_ENDPOINT} leads. */
    public static void main(String[] arguments) {
        SpringApplication.run(HolidayRequestsApplication.class, arguments);
    }
}
