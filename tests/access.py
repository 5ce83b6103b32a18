"""Who gets what answer where: the declared table that ``test_access`` holds every named address to.

A row is an address, what a GET is answered, and what a POST is answered, for
each kind of person in the order of ``PEOPLE``. What is asked for is always a
report of 주관과 in 한빛시 that waits for its head; the people stand nearer to it
or farther away. A POST is sent empty: it shows whether the door opens, what a
step then does is tested with its workflow.

``+`` let in: a page, a download, a step taken or refused with a message
``R`` led on to the page that a step belongs to
``L`` asked to log in
``T`` asked to set up or pass the second step, or for the password once more
``F`` 403: known, but not theirs to do
``N`` 404: not there for them
``M`` 405: no such method
"""

PEOPLE = {
    "anonymous": "nobody is logged in",
    "nobody": "a login without any membership",
    "officer": "officer of the lead department",
    "head": "its head",
    "supporter": "officer of a supporting department, who may read",
    "invited": "officer of a supporting department that was invited to enter",
    "stranger": "officer of another department of the city",
    "stranger_head": "head of that department",
    "coordinator": "coordinator of the city",
    "admin": "administrator of the city",
    "auditor": "auditor of the city",
    "other_officer": "officer of another city",
    "other_coordinator": "coordinator of another city",
    "other_admin": "administrator of another city",
    "superuser": "superuser",
    "unproven": "coordinator of the city who has not set up the second step",
}

# One letter a person: anonymous, nobody · officer head supporter invited · stranger stranger_head ·
# coordinator admin auditor · other_officer other_coordinator other_admin · superuser · unproven
TABLE = """
# What everybody reaches
healthz                                + + ++++ ++ +++ +++ + +   + + ++++ ++ +++ +++ + +
robots                                 + + ++++ ++ +++ +++ + +   + + ++++ ++ +++ +++ + +
favicon                                R R RRRR RR RRR RRR R R   + + ++++ ++ +++ +++ + +
set_language                           M M MMMM MM MMM MMM M M   + + ++++ ++ +++ +++ + +
display                                M M MMMM MM MMM MMM M M   + + ++++ ++ +++ +++ + +
public:home                            + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:compare                         + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:compare_file                    + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:city                            + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:front                           + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:money                           + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:sitemaps                        + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:cities_sitemap                  + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:sitemap                         + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:data                            + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:data_schema                     + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:data_file                       + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:feed                            + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:pledge_feed                     + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:method                          + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:areas                           + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:changes                         + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:area                            + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:list_file                       + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:list                            + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:card                            + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:study_groups                    + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:study_rounds_file               + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:study_programme                 R R RRRR RR RRR RRR R R   M M MMMM MM MMM MMM M M
public:study_round                     + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:study_teams_file                + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:embed                           + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:qr                              + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:card_share_image                + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:share_image                     + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:city_share_image                + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
public:home_share_image                + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
documents:card_file                    + + ++++ ++ +++ +++ + +   M M MMMM MM MMM MMM M M
# Logging in and the account (allauth)
account_login                          + R RRRR RR RRR RRR R R   + + ++++ ++ +++ +++ + +
account_logout                         R + ++++ ++ +++ +++ + +   + + ++++ ++ +++ +++ + +
account_inactive                       + + ++++ ++ +++ +++ + T   M M MMMM MM MMM MMM M F
account_signup                         + R RRRR RR RRR RRR R T   + + ++++ ++ +++ +++ + F
account_reauthenticate                 L + ++++ ++ +++ +++ + +   L + ++++ ++ +++ +++ + +
account_email                          L + ++++ ++ +++ +++ + T   L + ++++ ++ +++ +++ + F
account_email_verification_sent        + + ++++ ++ +++ +++ + T   M M MMMM MM MMM MMM M F
account_change_password                L + ++++ ++ +++ +++ + T   L + ++++ ++ +++ +++ + F
account_set_password                   L R RRRR RR RRR RRR R T   L + ++++ ++ +++ +++ + F
account_reset_password                 + + ++++ ++ +++ +++ + T   + + ++++ ++ +++ +++ + F
account_confirm_login_code             L R RRRR RR RRR RRR R T   L + ++++ ++ +++ +++ + F
account_confirm_email                  + + ++++ ++ +++ +++ + T   N N NNNN NN NNN NNN N F
account_reset_password_from_key_done   + + ++++ ++ +++ +++ + T   M M MMMM MM MMM MMM M F
account_reset_password_from_key        + + ++++ ++ +++ +++ + T   + + ++++ ++ +++ +++ + F
account_reset_password_done            + + ++++ ++ +++ +++ + T   M M MMMM MM MMM MMM M F
mfa_index                              L + ++++ ++ +++ +++ + T   L M MMMM MM MMM MMM M F
mfa_authenticate                       L R RRRR RR RRR RRR R T   L + ++++ ++ +++ +++ + F
mfa_reauthenticate                     L T TTTT TT TTT TTT + T   L T TTTT TT TTT TTT + F
mfa_activate_totp                      L T TTTT TT TTT TTT T T   L T TTTT TT TTT TTT T T
mfa_deactivate_totp                    L N NNNN NN NNN NNN T T   L N NNNN NN NNN NNN T F
mfa_view_recovery_codes                L N NNNN NN NNN NNN N T   L M MMMM MM MMM MMM M F
mfa_generate_recovery_codes            L T TTTT TT TTT TTT T T   L T TTTT TT TTT TTT T F
mfa_download_recovery_codes            L N NNNN NN NNN NNN N T   L N NNNN NN NNN NNN N F
mfa_list_webauthn                      L + ++++ ++ +++ +++ + T   L M MMMM MM MMM MMM M F
mfa_add_webauthn                       L T TTTT TT TTT TTT T T   L T TTTT TT TTT TTT T T
mfa_reauthenticate_webauthn            L T TTTT TT TTT TTT T T   L T TTTT TT TTT TTT T F
mfa_remove_webauthn                    L T TTTT TT TTT TTT T T   L T TTTT TT TTT TTT T F
mfa_edit_webauthn                      L T TTTT TT TTT TTT T T   L T TTTT TT TTT TTT T F
# Invitations
invitation_accept                      + + ++++ ++ +++ +++ + T   + + ++++ ++ +++ +++ + F
invitation                             R R RRRR RR RRR RRR R R   M M MMMM MM MMM MMM M M
# The city's own pages
city:people                            L F FFFF FF F++ FFN + T   L F FFFF FF F+F FFN + F
city:known                             R R RRRR RR RRR RRR R T   L F FFFF FF F+F FFN + F
city:renew_calendar                    L R RRRR RR RRR RRR R T   L N NNNN NN N+N NNN + F
city:member                            L F FFFF FF F+F FFN + T   L F FFFF FF F+F FFN + F
city:end_membership                    R R RRRR RR RRR RRR R T   L F FFFF FF F+F FFN + F
city:reset_second_step                 R R RRRR RR RRR RRR R T   L F FFFF FF F+F FFN + F
city:hand_over                         L F F+FF FN F+F FFN + T   L F F+FF FN F+F FFN + F
city:renew_invitation                  R R RRRR RR RRR RRR R T   L F FNFF FN F+F FFN + F
city:revoke_invitation                 R R RRRR RR RRR RRR R T   L F FNFF FN F+F FFN + F
city:handovers                         L F F+FF F+ F++ FFN + T   L F F+FF F+ F+F FFN + F
city:handover                          L N ++NN NN N++ NNN + T   L N FFNN NN NFF NNN F F
city:departments                       L F FFFF FF F++ FFN + T   L F FFFF FF F+F FFN + F
city:merge_departments                 L F FFFF FF F+F FFN + T   L F FFFF FF F+F FFN + F
city:rename_department                 L F FFFF FF F+F FFN + T   L F FFFF FF F+F FFN + F
city:split_department                  L F FFFF FF F+F FFN + T   L F FFFF FF F+F FFN + F
city:people_of_department              L F FFFF FF F+F FFN + T   L F FFFF FF F+F FFN + F
city:audit                             L F FFFF FF +++ FNN + T   L F FFFF FF +++ FNN + F
city:audit_file                        L F FFFF FF +++ FNN + T   L F FFFF FF +++ FNN + F
# Bringing plans in: a file that the city's administrator has uploaded and not confirmed, and an applied one
imports:list                           L F FFFF FF +++ F++ + T   L F FFFF FF F+F FF+ + F
imports:batch                          L F FFFF FF N+N FNN N T   M M MMMM MM MMM MMM M F
imports:file                           L F FFFF FF N+N FNN N T   M M MMMM MM MMM MMM M F
imports:workbook                       L F FFFF FF N+N FNN N T   M M MMMM MM MMM MMM M F
imports:confirm                        R R RRRR RR RRR RRR R T   L F FFFF FF F+F FFN N F
imports:again                          R R RRRR RR RRR RRR R T   L F FFFF FF F+F FFN N F
imports:discard                        R R RRRR RR RRR RRR R T   L F FFFF FF F+F FFN N F
imports:roll_back                      L F FFFF FF F+F FFN + T   L F FFFF FF F+F FFN + F
imports:guide                          L F FFFF FF +++ F++ + T   M M MMMM MM MMM MMM M F
imports:blank_of_nobody                L F FFFF FF +++ F++ + T   M M MMMM MM MMM MMM M F
imports:blank                          L F FFFF FF +++ FNN + T   M M MMMM MM MMM MMM M F
imports:filled                         L F FFFF FF +++ FNN + T   M M MMMM MM MMM MMM M F
# The quarter
staff:home                             L + ++++ ++ +++ +++ + T   L + ++++ ++ +++ +++ + F
staff:period                           L F ++++ NN +++ NNN + T   L F FFFF NN +FF NNN + F
staff:close                            L F FFFF FF +FF FNF + T   L F FFFF FF +FF FNF + F
staff:unchanged                        L F ++++ NN FFF NFF + T   L F ++++ NN FFF NFF + F
staff:sign                             L F F+FF FN FFF FFF + T   L F F+FF FN FFF FFF + F
staff:publish                          L F FFFF FF +F+ FNF + T   L F FFFF FF +FF FNF + F
staff:due                              L F NNNN NN +++ NNN + T   L F NNNN NN +FF NNN + F
staff:report                           L F ++++ NN +++ NNN + T   L F ++F+ NN FFF NNN + F
staff:figures                          R R RRRR RR RRR RRR R T   L F ++F+ NN FFF NNF + F
staff:keep                             R R RRRR RR RRR RRR R T   L F ++F+ NN +FF NNF + F
staff:correct                          L F ++FF NN +FF NNF + T   L F ++FF NN +FF NNF + F
staff:discard                          R R RRRR RR RRR RRR R T   L F ++F+ NN FFF NNF + F
staff:evidence                         R R RRRR RR RRR RRR R T   L F ++F+ NN +FF NNF + F
staff:evidence_file                    L F ++++ NN +++ NNN + T   M M MMMM MM MMM MMM M F
staff:check                            R R RRRR RR RRR RRR R T   L F FFFF FF +FF FNF + F
staff:comment                          R R RRRR RR RRR RRR R T   L F ++F+ NN +FF NNF + F
staff:support                          R R RRRR RR RRR RRR R T   L F ++FF NN +FF NNF + F
staff:signoff                          R R RRRR RR RRR RRR R T   L F F+FF FN FFF FFF + F
staff:withdraw                         R R RRRR RR RRR RRR R T   L F ++FF NN FFF NNF + F
staff:export                           L F FFFF FF +++ FNN + T   L F FFFF FF +++ FNN + F
staff:calendar                         L N ++++ ++ +++ NNN + T   M M MMMM MM MMM MMM M F
staff:calendar_subscription            N N NNNN NN NNN NNN N T   M M MMMM MM MMM MMM M F
staff:periods                          L F ++++ NN +++ NNN + T   L F FFFF NN +FF NNN + F
"""

# Django's admin. Only a city's administrator and superusers come in: an administrator meets the rows of
# the own city alone and is led away from another's, and what the workflow, an import or a publication
# writes is looked at and never changed. Everybody without a column here is answered as "nobody" is.
ADMIN_PEOPLE = ("anonymous", "nobody", "admin", "other_admin", "superuser", "unproven")
ADMIN_TABLE = """
admin:account_emailaddress_add                       L F FF + T   L F FF + F
admin:account_emailaddress_change                    L F FF + T   L F FF + F
admin:account_emailaddress_changelist                L F FF + T   L F FF + F
admin:account_emailaddress_delete                    L F FF + T   L F FF + F
admin:account_emailaddress_history                   L F FF + T   L F FF + F
admin:app_list                                       L F ++ + T   L F ++ + F
admin:auth_group_add                                 L F FF + T   L F FF + F
admin:auth_group_change                              L F FF + T   L F FF + F
admin:auth_group_changelist                          L F FF + T   L F FF + F
admin:auth_group_delete                              L F FF + T   L F FF + F
admin:auth_group_history                             L F FF + T   L F FF + F
admin:auth_user_password_change                      L F +N + T   L F +N + F
admin:autocomplete                                   L F FF F T   L F MM M F
admin:budgets_executed_add                           L F FF F T   L F FF F F
admin:budgets_executed_change                        L F +R + T   L F FF F F
admin:budgets_executed_changelist                    L F ++ + T   L F ++ + F
admin:budgets_executed_delete                        L F FF F T   L F FF F F
admin:budgets_executed_history                       L F +F + T   L F +F + F
admin:budgets_executed_simple_history                L F +F + T   L F +F + F
admin:budgets_subproject_add                         L F ++ + T   L F ++ + F
admin:budgets_subproject_change                      L F +R + T   L F +R + F
admin:budgets_subproject_changelist                  L F ++ + T   L F ++ + F
admin:budgets_subproject_delete                      L F +R + T   L F +R + F
admin:budgets_subproject_history                     L F +F + T   L F +F + F
admin:budgets_subproject_simple_history              L F +F + T   L F +F + F
admin:index                                          L F ++ + T   L F ++ + F
admin:jsi18n                                         L F ++ + T   L F MM M F
admin:login                                          L F LL L T   L F LL L F
admin:logout                                         R F MM M T   R F ++ + F
admin:mfa_authenticator_add                          L F FF + T   L F FF + F
admin:mfa_authenticator_change                       L F FF + T   L F FF + F
admin:mfa_authenticator_changelist                   L F FF + T   L F FF + F
admin:mfa_authenticator_delete                       L F FF + T   L F FF + F
admin:mfa_authenticator_history                      L F FF + T   L F FF + F
admin:password_change                                L F ++ + T   L F ++ + F
admin:password_change_done                           L F ++ + T   L F MM M F
admin:pledges_area_add                               L F ++ + T   L F ++ + F
admin:pledges_area_change                            L F +R + T   L F +R + F
admin:pledges_area_changelist                        L F ++ + T   L F ++ + F
admin:pledges_area_delete                            L F +R + T   L F +R + F
admin:pledges_area_history                           L F +F + T   L F +F + F
admin:pledges_area_simple_history                    L F +F + T   L F +F + F
admin:pledges_department_add                         L F ++ + T   L F ++ + F
admin:pledges_department_change                      L F +R + T   L F +R + F
admin:pledges_department_changelist                  L F ++ + T   L F ++ + F
admin:pledges_department_delete                      L F +R + T   L F +R + F
admin:pledges_department_history                     L F +F + T   L F +F + F
admin:pledges_department_simple_history              L F +F + T   L F +F + F
admin:pledges_departmentchange_add                   L F FF F T   L F FF F F
admin:pledges_departmentchange_change                L F +R + T   L F FF F F
admin:pledges_departmentchange_changelist            L F ++ + T   L F ++ + F
admin:pledges_departmentchange_delete                L F FF F T   L F FF F F
admin:pledges_departmentchange_history               L F +F + T   L F +F + F
admin:pledges_departmentchange_simple_history        L F +F + T   L F +F + F
admin:pledges_indicator_add                          L F ++ + T   L F ++ + F
admin:pledges_indicator_change                       L F +R + T   L F +R + F
admin:pledges_indicator_changelist                   L F ++ + T   L F ++ + F
admin:pledges_indicator_delete                       L F +R + T   L F +R + F
admin:pledges_indicator_history                      L F +F + T   L F +F + F
admin:pledges_indicator_simple_history               L F +F + T   L F +F + F
admin:pledges_membership_add                         L F FF F T   L F FF F F
admin:pledges_membership_change                      L F +R + T   L F FF F F
admin:pledges_membership_changelist                  L F ++ + T   L F ++ + F
admin:pledges_membership_delete                      L F FF F T   L F FF F F
admin:pledges_membership_history                     L F +F + T   L F +F + F
admin:pledges_membership_simple_history              L F +F + T   L F +F + F
admin:pledges_municipality_add                       L F FF + T   L F FF + F
admin:pledges_municipality_change                    L F +R + T   L F +R + F
admin:pledges_municipality_changelist                L F ++ + T   L F ++ + F
admin:pledges_municipality_delete                    L F FF F T   L F FF F F
admin:pledges_municipality_history                   L F +F + T   L F +F + F
admin:pledges_municipality_simple_history            L F +F + T   L F +F + F
admin:pledges_plan_add                               L F ++ + T   L F ++ + F
admin:pledges_plan_change                            L F +R + T   L F +R + F
admin:pledges_plan_changelist                        L F ++ + T   L F ++ + F
admin:pledges_plan_delete                            L F +R + T   L F +R + F
admin:pledges_plan_history                           L F +F + T   L F +F + F
admin:pledges_plan_simple_history                    L F +F + T   L F +F + F
admin:pledges_pledge_add                             L F ++ + T   L F ++ + F
admin:pledges_pledge_change                          L F +R + T   L F +R + F
admin:pledges_pledge_changelist                      L F ++ + T   L F ++ + F
admin:pledges_pledge_delete                          L F +R + T   L F +R + F
admin:pledges_pledge_history                         L F +F + T   L F +F + F
admin:pledges_pledge_simple_history                  L F +F + T   L F +F + F
admin:pledges_progressreport_add                     L F FF F T   L F FF F F
admin:pledges_progressreport_change                  L F +R + T   L F FF F F
admin:pledges_progressreport_changelist              L F ++ + T   L F ++ + F
admin:pledges_progressreport_delete                  L F FF F T   L F FF F F
admin:pledges_progressreport_history                 L F +F + T   L F +F + F
admin:pledges_progressreport_simple_history          L F +F + T   L F +F + F
admin:pledges_reportingperiod_add                    L F FF F T   L F FF F F
admin:pledges_reportingperiod_change                 L F +R + T   L F FF F F
admin:pledges_reportingperiod_changelist             L F ++ + T   L F ++ + F
admin:pledges_reportingperiod_delete                 L F FF F T   L F FF F F
admin:pledges_reportingperiod_history                L F +R + T   L F +R + F
admin:pledges_scheduletask_add                       L F ++ + T   L F ++ + F
admin:pledges_scheduletask_change                    L F +R + T   L F +R + F
admin:pledges_scheduletask_changelist                L F ++ + T   L F ++ + F
admin:pledges_scheduletask_delete                    L F +R + T   L F +R + F
admin:pledges_scheduletask_history                   L F +F + T   L F +F + F
admin:pledges_scheduletask_simple_history            L F +F + T   L F +F + F
admin:pledges_term_add                               L F ++ + T   L F ++ + F
admin:pledges_term_change                            L F +R + T   L F +R + F
admin:pledges_term_changelist                        L F ++ + T   L F ++ + F
admin:pledges_term_delete                            L F +R + T   L F +R + F
admin:pledges_term_history                           L F +F + T   L F +F + F
admin:pledges_term_simple_history                    L F +F + T   L F +F + F
admin:pledges_user_add                               L F FF + T   L F FF + F
admin:pledges_user_change                            L F +R + T   L F +R + F
admin:pledges_user_changelist                        L F ++ + T   L F ++ + F
admin:pledges_user_delete                            L F FF F T   L F FF F F
admin:pledges_user_history                           L F +R + T   L F +R + F
admin:reports_edition_add                            L F FF F T   L F FF F F
admin:reports_edition_change                         L F +R + T   L F FF F F
admin:reports_edition_changelist                     L F ++ + T   L F ++ + F
admin:reports_edition_delete                         L F FF F T   L F FF F F
admin:reports_edition_history                        L F +R + T   L F +R + F
admin:reports_editionpledge_add                      L F FF F T   L F FF F F
admin:reports_editionpledge_change                   L F +R + T   L F FF F F
admin:reports_editionpledge_changelist               L F ++ + T   L F ++ + F
admin:reports_editionpledge_delete                   L F FF F T   L F FF F F
admin:reports_editionpledge_history                  L F +R + T   L F +R + F
admin:studygroups_programme_add                      L F ++ + T   L F ++ + F
admin:studygroups_programme_change                   L F +R + T   L F +R + F
admin:studygroups_programme_changelist               L F ++ + T   L F ++ + F
admin:studygroups_programme_delete                   L F FR F T   L F FR F F
admin:studygroups_programme_history                  L F +F + T   L F +F + F
admin:studygroups_programme_simple_history           L F +F + T   L F +F + F
admin:studygroups_proposal_add                       L F FF F T   L F FF F F
admin:studygroups_proposal_change                    L F +R + T   L F +R + F
admin:studygroups_proposal_changelist                L F ++ + T   L F ++ + F
admin:studygroups_proposal_delete                    L F FF F T   L F FF F F
admin:studygroups_proposal_history                   L F +F + T   L F +F + F
admin:studygroups_proposal_simple_history            L F +F + T   L F +F + F
admin:studygroups_round_add                          L F ++ + T   L F ++ + F
admin:studygroups_round_change                       L F +R + T   L F +R + F
admin:studygroups_round_changelist                   L F ++ + T   L F ++ + F
admin:studygroups_round_delete                       L F FR F T   L F FR F F
admin:studygroups_round_history                      L F +F + T   L F +F + F
admin:studygroups_round_simple_history               L F +F + T   L F +F + F
admin:studygroups_team_add                           L F FF F T   L F FF F F
admin:studygroups_team_change                        L F +R + T   L F +R + F
admin:studygroups_team_changelist                    L F ++ + T   L F ++ + F
admin:studygroups_team_delete                        L F FR F T   L F FR F F
admin:studygroups_team_history                       L F +F + T   L F +F + F
admin:studygroups_team_simple_history                L F +F + T   L F +F + F
admin:view_on_site                                   L F NN N T   L F NN N F
"""

# Study groups on the staff side: asked for is a draft and a team at work of the applicant's, a round that is
# judged, and a proposal that its department has under review.
GROUPS_PEOPLE = {
    "anonymous": "nobody is logged in",
    "nobody": "a login without any membership",
    "applicant": "officer who applied and leads the team",
    "member": "plain member of the team, confirmed",
    "asked": "colleague who was asked into the draft and has not answered",
    "judge": "officer who judges the round",
    "outsider": "officer of the city with no part in it",
    "answering": "head of the department that answers the proposal",
    "coordinator": "coordinator of the city",
    "admin": "administrator of the city",
    "auditor": "auditor of the city",
    "other_coordinator": "coordinator of another city",
    "superuser": "superuser",
    "unproven": "coordinator of the city who has not set up the second step",
}

# anonymous, nobody · applicant member asked · judge outsider answering · coordinator admin auditor ·
# other_coordinator superuser unproven
GROUPS_TABLE = """
groups:application      L N +FF NNN NNN NNT   L N +FF NNN NNN NNF
groups:apply            L F +++ +++ +++ N+T   L F +++ +++ +++ N+F
groups:awards           L F FFF FFF +++ N+T   L F FFF FFF +FF N+F
groups:call             L F FFF FFF +FF N+T   L F FFF FFF +FF N+F
groups:file             L N ++N NNN +++ N+T   M M MMM MMM MMM MMF
groups:files            L N RRN NNN RRR NRT   L N +FN NNN FFF NFF
groups:home             L N +++ +++ +++ N+T   M M MMM MMM MMM MMF
groups:judges           L F FFF FFF +++ N+T   L F FFF FFF +FF N+F
groups:programme        L F FFF FFF +++ N+T   L F FFF FFF +FF N+F
groups:programme_new    L F FFF FFF +FF N+T   L F FFF FFF +FF N+F
groups:proposal         L N ++N +N+ +++ N+T   L N FFN +N+ +FF N+F
groups:proposals        L F FFF FFF +++ N+T   L F FFF FFF +FF N+F
groups:results          L F FFF FFF +++ N+T   M M MMM MMM MMM MMF
groups:roster           L F FFF FFF +++ N+T   M M MMM MMM MMM MMF
groups:round            L F FFF FFF +++ N+T   L F FFF FFF +FF N+F
groups:round_new        L F FFF FFF +FF N+T   L F FFF FFF +FF N+F
groups:scores           L N NNN +NN +++ N+T   M M MMM MMM MMM MMF
groups:sheets           L N NNN +NN NNN NNT   L N NNN +NN NNN NNF
groups:team             L N ++N NNN +++ N+T   L N +FN NNN FFF NFF
"""
